import { detectAll } from 'tinyld/light';

/** What the detector reads of a message: the rest would only cost time. */
const READ_CHARACTERS = 4_000;
/** With fewer words than this a guess is as often wrong as right. */
const MIN_WORDS = 3;
/** One such word may be a name or a loan, unless the detector is sure as well. */
const MIN_GIVEAWAYS = 2;
/** Without a word that gives the language away, the detector must be this sure of a text this long. */
const SURE = 0.6;
const SURE_WORDS = 5;

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** Frequent in support mail, and in no other language that a customer is likely to write. */
const ENGLISH = words(
  'i i’m i’ve the and to my it it’s its you your yours for with this that these those what when where why which who ' +
    'how can can’t cannot could couldn’t would wouldn’t should will won’t don’t doesn’t didn’t isn’t aren’t wasn’t ' +
    'does did be been being have haven’t had having get got gets are were they them their our ours from by at but if ' +
    'because since after before while still again also just only not never ever there then than any some every each ' +
    'all please thanks thank hello help need want trying try tried working work works use using used make made see ' +
    'show shows set add remove change update open close new old one two day week month time shift shifts schedule ' +
    'schedules roster rota swap manager managers team staff employee employees timesheet timesheets clock payroll ' +
    'login log sync password account reset error errors fail fails failed failing crash crashes broken missing ' +
    'pending approval approved request availability leave overtime report export import saving kiosk offline ' +
    'website phone asap urgent',
);

/** Words that a text in English does not hold. Only languages that are written in Latin letters need them. */
const GIVEAWAYS: Readonly<Record<string, ReadonlySet<string>>> = {
  es: words(
    'el los las una unos del que qué por para con cómo dónde cuándo está están estoy mi mis puedo puede pueden ' +
      'ayuda ayudar ayudarme hola gracias favor necesito quiero reembolso dinero tengo cuenta turno turnos horario sí pero muy',
  ),
  fr: words(
    'le les des une du je j’ai nous vous mon mes ma est sont ne pas peux peut pouvez comment où quand pour avec dans ' +
      'bonjour merci compte aide aider veux voudrais besoin ça cette mais très sur que qui horaire équipe',
  ),
  de: words(
    'der das den dem ein eine einen ich wir sie ist sind nicht kein keine mein meine meinen kann können wie wo wann ' +
      'für mit und oder aber hallo guten danke bitte hilfe konto schicht schichten dienstplan warum auf zu habe möchte',
  ),
  pt: words(
    'os uma não meu minha meus minhas que como onde quando para com por está estou posso pode podem olá obrigado ' +
      'obrigada ajuda ajudar preciso quero tenho conta turno turnos escala você mas muito',
  ),
  it: words(
    'il gli una non sono mio mia miei che dove quando con questo questa posso può potete riesco ciao grazie ' +
      'aiuto aiutare bisogno voglio ho turno turni buongiorno salve sul della nel al',
  ),
  nl: words(
    'het een ik wij jullie niet geen mijn kan kunnen waar wanneer voor en maar hallo hoi bedankt graag hulp ' +
      'rooster dienst diensten waarom op heb naar zijn',
  ),
  pl: words(
    'nie mogę się na moje mój moja jak gdzie kiedy dla jest są proszę dziękuję cześć konto zmiana mam chcę',
  ),
  sv: words('och jag inte är mitt min hur var när för med på hej tack hjälp kan konto vi har ett en skift'),
  da: words('og jeg ikke er mit min hvordan hvor hvornår med på hej tak hjælp kan konto vi har et en vagt'),
  no: words('og jeg ikke er mitt min hvordan hvor når med på hei takk hjelp kan konto vi har et en vakt'),
  fi: words('ja en ei ole minun miten missä milloin voinko hei kiitos apua tili olen vuoro'),
  tr: words(
    've bir bu için değil nasıl nerede ne zaman merhaba teşekkürler yardım hesap vardiya lütfen benim',
  ),
  ro: words('și nu este sunt meu mea cum unde când pentru bună mulțumesc ajutor cont vreau tura'),
  cs: words('je není jsem můj moje jak kde kdy dobrý den děkuji prosím pomoc účet směna mohu nemohu se'),
  hu: words('és nem az egy hogyan hol mikor kérem köszönöm segítség szia fiók műszak vagyok tudok'),
  id: words('yang tidak saya bisa bagaimana mana untuk dengan tolong terima kasih bantuan akun jadwal'),
  vi: words('tôi không là và của cho với này làm thế nào ở đâu giúp xin chào cảm ơn tài khoản được'),
};

/** Scripts that settle the matter, with the language that most often uses each. Kana come before Han. */
const SCRIPTS: readonly (readonly [language: string, minLetters: number, letters: RegExp])[] = [
  ['ja', 2, /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['ko', 2, /\p{Script=Hangul}/gu],
  ['zh', 2, /\p{Script=Han}/gu],
  ['uk', 2, /[іїєґ]/giu],
  ['ru', 4, /\p{Script=Cyrillic}/gu],
  ['fa', 2, /[پچژگی]/gu],
  ['ar', 4, /\p{Script=Arabic}/gu],
  ['he', 4, /\p{Script=Hebrew}/gu],
  ['el', 4, /\p{Script=Greek}/gu],
  ['th', 4, /\p{Script=Thai}/gu],
  ['hi', 4, /\p{Script=Devanagari}/gu],
  ['bn', 4, /\p{Script=Bengali}/gu],
  ['ta', 4, /\p{Script=Tamil}/gu],
  ['te', 4, /\p{Script=Telugu}/gu],
  ['ka', 4, /\p{Script=Georgian}/gu],
  ['hy', 4, /\p{Script=Armenian}/gu],
];

function countOf(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

function byScript(text: string): string | undefined {
  const latin = countOf(text, /\p{Script=Latin}/gu);
  const others = countOf(text, /\p{L}/gu) - latin;
  if (others <= latin) return undefined;
  const found = SCRIPTS.find(([, least, letters]) => countOf(text, letters) >= least);
  if (found === undefined) return undefined;
  const [language, least] = found;
  // Cyrillic may be Ukrainian and Arabic Persian; kana, Hangul and Han leave nothing to guess.
  const guess = least > 2 ? detectAll(text)[0]?.lang : undefined;
  return guess === undefined || guess === 'en' || guess in GIVEAWAYS ? language : guess;
}

/** A message's ordinary words. Addresses, code, identifiers and numbers have no language. */
function proseOf(text: string): readonly string[] {
  return text
    .replace(/```[^`]*```|`[^`\n]*`/g, ' ')
    .split(/\s+/u)
    .map((token) => token.replace(/^[^\p{L}]{1,8}|[^\p{L}]{1,8}$/gu, '').replace(/'/g, '’'))
    .filter((token) => /^[\p{L}\p{M}]+(?:[’-][\p{L}\p{M}]+)*$/u.test(token));
}

/** "Los Gatos" and "El Paso" are places. German writes its nouns like that, but enough words besides. */
function isName(token: string, index: number): boolean {
  return index > 0 && /^\p{Lu}\p{Ll}+$/u.test(token);
}

/**
 * The language of a message as an ISO 639-1 code, or `und` when the text is too short or too odd to tell. Meant to
 * be sure before it calls a text foreign: a customer who is wrongly turned away is worse than one question more.
 *
 * @example
 * detectLanguage('Hola, no puedo entrar en mi cuenta'); // 'es'
 * detectLanguage('404 error??'); // 'und'
 */
export function detectLanguage(text: string): string {
  const read = text.slice(0, READ_CHARACTERS).normalize('NFKC');
  const script = byScript(read);
  if (script !== undefined) return script;

  const tokens = proseOf(read);
  const prose = tokens.map((token) => token.toLowerCase());
  const unnamed = tokens.filter((token, index) => !isName(token, index)).map((token) => token.toLowerCase());
  const english = prose.filter((word) => ENGLISH.has(word)).length;
  if (prose.length < MIN_WORDS) return english > 0 ? 'en' : 'und';

  const guesses = detectAll(prose.join(' '));
  const accuracy = new Map(guesses.map(({ lang, accuracy }) => [lang, accuracy]));
  const candidates = Object.entries(GIVEAWAYS).map(([language, giveaways]) => {
    const hits = unnamed.filter((word) => giveaways.has(word)).length;
    return { language, hits, weight: hits / prose.length + (accuracy.get(language) ?? 0) / 2 };
  });
  const foreign = candidates.reduce((best, each) => (each.weight > best.weight ? each : best));
  const enough = (accuracy.get(foreign.language) ?? 0) >= SURE ? 1 : MIN_GIVEAWAYS;
  if (foreign.hits >= enough && foreign.hits > english) return foreign.language;

  const top = guesses[0];
  if (english > 0 || top?.lang === 'en') return 'en';
  const sure = top !== undefined && top.accuracy >= SURE && prose.length >= SURE_WORDS;
  return sure && top.lang.length === 2 ? top.lang : 'und';
}

/** Whether the employee answers in this language itself. What cannot be told is taken for English. */
export function isSupported(language: string): boolean {
  return language === 'en' || language === 'und';
}
