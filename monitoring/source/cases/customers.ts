// biome-ignore-all format: tables read better a row a line
import { type Case, casesOf, during, from, fte, histogram, jump, steady } from './case.ts';

const queue = (queue_name: string, values: string) => fte('fte_message_queue_size', { queue_name }, values);
const age = (queue_name: string, values: string) =>
  fte('fte_queue_oldest_message_age_seconds', { queue_name }, values);
const overdue = (priority: string, values: string) => fte('fte_escalations_overdue', { priority }, values);
const unanswered = (values: string) => fte('fte_unanswered_conversations', {}, values);
const pickups = (inTime: string, all: string, priority = 'high') =>
  histogram('fte_human_pickup_time_seconds', { priority }, { '600': '0x400', '900': inTime, '1800': all, '+Inf': all });
const rejected = (channel: string, reason: string, values: string) =>
  fte('fte_webhook_rejections_total', { channel, reason }, values);

const refused = (values: string, error_type = 'auth', component = 'api') =>
  fte('fte_errors_total', { error_type, component, severity: 'low' }, values);

const FTE = { job: 'fte' };
const dead = casesOf('DeadLetterQueueNotEmpty');
const unknown = casesOf('DeadLettersUnknown');
const old = casesOf('QueueMessageTooOld');
const waiting = casesOf('CustomersUnanswered');
const nobody = casesOf('EscalationsWaiting', { severity: 'critical' });
const anybody = casesOf('EscalationsWaiting', { severity: 'warning' });
const late = casesOf('HumanPickupSlow');
const signatures = casesOf('SignatureRejections');
const keys = casesOf('OperatorKeyRejections');

export const customerCases: readonly Case[] = [
  dead.fires('one message', [queue('dlq', jump(5, 1)), queue('incoming', '7x60')], 6, { ...FTE, queue_name: 'dlq' }),
  dead.silent('only other queues hold messages', [queue('dlq', '0x60'), queue('incoming', '7x60')], 30),
  dead.fires('one message, and nobody can read how many there are by now', [queue('dlq', '0x4 1 stale _x30')], 6, { ...FTE, queue_name: 'dlq' }),
  dead.ends('nobody has read it for five minutes', [queue('dlq', '0x4 1 stale _x30')], 10, { ...FTE, queue_name: 'dlq' }),
  dead.edge('none', [queue('dlq', '0x60')], 30),

  unknown.fires('not read for ten minutes', [queue('dlq', '0x4 stale _x60'), queue('incoming', '7x60')], 15, { ...FTE, queue_name: 'dlq' }),
  unknown.silent('read', [queue('dlq', '0x60')], 30),
  unknown.edge('not read for less than ten minutes', [queue('dlq', '0x4 stale _x8 0x60')], 15),

  old.fires('601 s', [age('incoming', jump(5, 601)), age('outbound', '4x60')], 7, { ...FTE, queue_name: 'incoming' }),
  old.silent('550 s', [age('incoming', '550x60')], 30),
  old.fires('601 s, and nobody can tell any more', [age('incoming', '0x4 601 stale _x30')], 7, { ...FTE, queue_name: 'incoming' }),
  old.ends('nobody has told it for five minutes', [age('incoming', '0x4 601 stale _x30')], 10, { ...FTE, queue_name: 'incoming' }),
  old.edge('600 s', [age('incoming', '600x60')], 30),

  nobody.fires('one urgent ticket', [overdue('urgent', jump(5, 1)), overdue('low', '0x60')], 7, { ...FTE, priority: 'urgent' }),
  nobody.fires('one urgent ticket, and a gap', [overdue('urgent', '0x4 1 stale _x30')], 7, { ...FTE, priority: 'urgent' }),
  nobody.ends('nobody has counted them for five minutes', [overdue('urgent', '0x4 1 stale _x30')], 10, { ...FTE, priority: 'urgent' }),
  nobody.silent('one of another priority', [overdue('urgent', '0x60'), overdue('high', '1x60')], 30),
  nobody.edge('none', [overdue('urgent', '0x60')], 30),
  anybody.fires('one ticket', [overdue('low', jump(5, 1)), overdue('urgent', '0x60')], 15, { ...FTE, priority: 'low' }),
  anybody.fires('one ticket, and a gap', [overdue('low', '0x4 1x3 stale _x3 1x60')], 15, { ...FTE, priority: 'low' }),
  anybody.ends('nobody has counted them for five minutes', [overdue('low', '1x30 stale _x30')], 35, { ...FTE, priority: 'low' }),
  anybody.silent('for nine minutes', [overdue('low', '0x4 1x8 0x60')], 15),
  anybody.edge('none', [overdue('low', '0x60')], 30),

  waiting.fires('eleven customers', [unanswered(jump(5, 11))], 20, FTE),
  waiting.fires('eleven customers, and a gap', [unanswered('0x4 11x3 stale _x3 11x60')], 20, FTE),
  waiting.ends('nobody has counted them for five minutes', [unanswered('11x30 stale _x30')], 35, FTE),
  waiting.silent('nine customers', [unanswered('9x60')], 50),
  waiting.edge('ten customers', [unanswered('10x60')], 50),

  late.fires('11 % are late', [...pickups(from(120, 0.89, 1), steady(1)), ...pickups(steady(0), steady(0), 'low')], 180),
  late.ends('all were late for twenty minutes', pickups(steady(0), during(120, 140, 1)), 195),
  late.silent('9 % are late', pickups(steady(0.91), steady(1)), 200),
  late.silent('four late ones', pickups(steady(0), steady(0.07)), 200),
  late.fires('five late ones are enough', pickups(steady(0), from(120, 0.25)), 145),
  late.edge('10 % are late', pickups(steady(9), steady(10)), 200),

  signatures.fires('21 calls', [rejected('whatsapp', 'signature', from(20, 2)), rejected('whatsapp', 'unauthorized', from(20, 2.2)), rejected('email', 'signature', steady(1))], 25, { channel: 'whatsapp' }),
  signatures.silent('19 calls', [rejected('whatsapp', 'signature', steady(3.8))], 60),
  signatures.silent('refused for other reasons', [rejected('whatsapp', 'malformed', steady(30))], 60),
  signatures.edge('20 calls', [rejected('whatsapp', 'signature', steady(4))], 60),

  keys.fires('16 calls', [refused(from(20, 3.2)), refused(steady(1), 'auth', 'email')], 25),
  keys.ends('16 calls in a minute', [refused('0x19 16x100')], 24),
  keys.silent('14 calls', [refused(steady(2.8))], 60),
  keys.silent('refused for other reasons, and by the doors of providers', [refused(steady(1)), refused(steady(30), 'validation'), refused(steady(30), 'auth', 'whatsapp')], 60),
  keys.edge('15 calls', [refused(steady(3))], 60),
];
