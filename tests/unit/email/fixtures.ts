/** Mails as they come in, line ends as on the wire. */

/** A mail as text with plain line ends; the first one is left out. */
export function eml(text: string, encoding: BufferEncoding = 'utf8'): Buffer {
  return Buffer.from(text.replace(/^\n/, '').replace(/\r?\n/g, '\r\n'), encoding);
}

export const OWN = ['support@larkspur.example'];
export const TICKET = 'tkt_0123456789abcdef0123456789abcdef';

/** What SES writes above a mail before it stores it. */
export const sesHead = ({ dmarc = 'pass', spam = 'PASS', virus = 'PASS', domain = 'example.com' } = {}) => `
Return-Path: <jane@${domain}>
Received: from mail-lf1-f51.${domain} (mail-lf1-f51.${domain} [192.0.2.10])
 by inbound-smtp.eu-west-1.amazonaws.com with SMTP id 4gt1n3t7d5q8
 for support@larkspur.example;
 Tue, 03 Feb 2026 10:00:04 +0000 (UTC)
X-SES-Spam-Verdict: ${spam}
X-SES-Virus-Verdict: ${virus}
Received-SPF: pass (spfCheck: domain of ${domain} designates 192.0.2.10 as permitted sender)
Authentication-Results: amazonses.com;
 spf=pass (spfCheck: domain of ${domain} designates 192.0.2.10 as permitted sender) client-ip=192.0.2.10; envelope-from=jane@${domain}; helo=mail-lf1-f51.${domain};
 dkim=pass header.i=@${domain};
 dmarc=${dmarc} header.from=${domain};
`;

const head = `${sesHead().trim()}
From: Jane Doe <Jane@Example.com>
To: Larkspur Support <support@larkspur.example>
Date: Tue, 3 Feb 2026 11:00:00 +0100
Message-ID: <CAF1=abc+def@mail.example.com>
MIME-Version: 1.0`;

export const plain = eml(`${head}
Subject: Schedule not published
Content-Type: text/plain; charset=utf-8

Hello,

I can't publish the schedule for next week.

Jane
`);

export const alternative = eml(`${head}
Subject: Two ways to read it
Content-Type: multipart/alternative; boundary="b1"

--b1
Content-Type: text/plain; charset="UTF-8"

The plain words.

--b1
Content-Type: text/html; charset="UTF-8"

<div dir="ltr">The <b>HTML</b> words.</div>

--b1--
`);

export const htmlOnly = eml(`${head}
Subject: HTML only
Content-Type: text/html; charset=utf-8

<!DOCTYPE html><html><head><title>no</title><style>p { color: red }</style></head>
<body><!-- hidden --><p>Dear team,</p><p>our <b>invoices</b>
 are &lt;wrong&gt; since M&auml;rz &ndash; see <a href="https://example.com/i?a=1&amp;b=2">the list</a>:</p>
<ul><li>number 7</li><li>number 8</li></ul>
<script>alert(1)</script><div>Jane</div></body></html>
`);

export const quotedPrintable = eml(`${head}
Subject: Umlauts
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Gr=C3=BC=C3=9Fe aus K=C3=B6ln, the total is 5 =E2=82=AC and this line is lo=
ng enough to be wrapped.
`);

export const base64 = eml(`${head}
Subject: Base64
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

${Buffer.from('Zażółć gęślą jaźń, 日本語 😀\n').toString('base64')}
`);

export const subjects: readonly [charset: string, encoded: string, decoded: string][] = [
  ['UTF-8, Q', '=?UTF-8?Q?Probl=C3=A8me_d=E2=80=99acc=C3=A8s?=', 'Problème d’accès'],
  ['UTF-8, B, in two words', '=?utf-8?B?8J+YgCBI?= =?utf-8?B?ZWxsbw==?=', '😀 Hello'],
  ['ISO-8859-1', '=?ISO-8859-1?Q?=DCbersicht_fehlt?=', 'Übersicht fehlt'],
  ['windows-1252', '=?windows-1252?Q?Price_in_=80_=96_wrong?=', 'Price in € – wrong'],
  ['folded', 'a subject that\n goes on\n\tand on', 'a subject that goes on and on'],
  [
    'a line break inside an encoded word',
    '=?utf-8?Q?Hi=0D=0ABcc:_all@example.com?=',
    'Hi Bcc: all@example.com',
  ],
  ['an unknown charset', '=?klingon?Q?abc?=', 'abc'],
];

export const withSubject = (line: string) => eml(`${head}\nSubject: ${line}\n\nHello\n`);

export const latin1 = eml(
  `${head}
Subject: Latin 1
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: 8bit

Die Übersicht läßt sich nicht öffnen.
`,
  'latin1',
);

export const attachments = eml(`${head}
Subject: With files
Content-Type: multipart/mixed; boundary=mix

--mix
Content-Type: text/plain

See the attached screenshot.
--mix
Content-Type: image/png; name="shot.png"
Content-Disposition: attachment; filename="shot.png"
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--mix
Content-Type: text/plain; name="log.txt"
Content-Disposition: attachment; filename="log.txt"

SECRET LOG LINE
--mix--
`);

export const forwarded = eml(`${head}
Subject: Fwd: Your rota
Content-Type: multipart/mixed; boundary=outer

--outer
Content-Type: text/plain

Is this mail from you?
--outer
Content-Type: message/rfc822

From: Somebody <somebody@elsewhere.example>
To: jane@example.com
Subject: Your rota
Content-Type: multipart/mixed; boundary=inner

--inner
Content-Type: text/plain

Click here to confirm.
--inner
Content-Type: message/rfc822

From: deeper@elsewhere.example
Subject: Deeper

The innermost words.
--inner--
--outer--
`);

export const outOfOffice = eml(`${sesHead().trim()}
From: Jane Doe <jane@example.com>
To: support@larkspur.example
Subject: Automatic reply: Schedule not published
Message-ID: <ooo-1@example.com>
In-Reply-To: <0100018f@eu-west-1.amazonses.com>
Auto-Submitted: auto-generated
X-Auto-Response-Suppress: All

I am out of office until Monday.
`);

export const bulkList = eml(`${sesHead().trim()}
From: News <news@example.com>
To: support@larkspur.example
Subject: What is new
List-Id: What is new <news.example.com>
List-Unsubscribe: <https://example.com/u>
Precedence: bulk

Ten new things.
`);

export const bounce = eml(`
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example.com>
To: support@larkspur.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <dsn-1@mx.example.com>
Content-Type: multipart/report; report-type=delivery-status; boundary=r

--r
Content-Type: text/plain

Your message could not be delivered.
--r
Content-Type: message/delivery-status

Final-Recipient: rfc822; jane@example.com
Action: failed
--r
Content-Type: message/rfc822

From: support@larkspur.example
Subject: Re: Schedule not published

Hello Jane
--r--
`);

/** Its own, forged results stand where a sender can put them: below those of SES. */
export const forgedResults = eml(`${sesHead({ dmarc: 'fail' }).trim()}
Authentication-Results: amazonses.com; dmarc=pass header.from=example.com
X-SES-Spam-Verdict: PASS
From: jane@example.com
To: support@larkspur.example
Subject: My account
Message-ID: <forged@evil.example>

Please send me my data.
`);

export const withHead = (options: Parameters<typeof sesHead>[0]) =>
  eml(`${sesHead(options).trim()}\nFrom: jane@example.com\nSubject: Hi\n\nHello\n`);

export const replyInGmail = eml(`${head}
Subject: Re: Schedule not published
In-Reply-To: <0100018f-000001-000000@eu-west-1.amazonses.com>
References: <CAF1=abc+def@mail.example.com> <rep_1@larkspur.example>
 <0100018f-000001-000000@eu-west-1.amazonses.com>
Content-Type: multipart/alternative; boundary=g

--g
Content-Type: text/plain; charset="UTF-8"

It works now, thank you!

On Tue, 3 Feb 2026 at 11:05, Larkspur Customer Success <
support@larkspur.example> wrote:

> Hello Jane,
>
> please publish it again.
>
> Ticket: ${TICKET}

--g
Content-Type: text/html; charset="UTF-8"

<div dir="ltr">It works now, thank you!</div>
--g--
`);

export const garbage: readonly [what: string, raw: Uint8Array, why: string][] = [
  ['nothing', Buffer.alloc(0), 'no usable sender'],
  ['text without headers', eml('hello, this is no mail'), 'no usable sender'],
  ['zero bytes', Buffer.alloc(5000), 'no usable sender'],
  ['every byte', Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7919) % 256)), 'no usable sender'],
  ['no sender', eml('Subject: Hi\nTo: support@larkspur.example\n\nHello'), 'no usable sender'],
  ['a sender that is no address', eml('From: MAILER-DAEMON (Mail System)\n\nHello'), 'no usable sender'],
  ['an address with a space', eml('From: "jane doe"@example.com\n\nHello'), 'no usable sender'],
  ['two From fields', eml('From: jane@example.com\nFrom: boss@example.com\n\nHello'), 'more than one sender'],
  ['two addresses in one From', eml('From: jane@example.com, boss@example.com\n\nHello'), 'more than one sender'],
  ['endless nesting', eml(nested(80)), 'structure is broken'],
  ['endless headers', eml(`From: jane@example.com\n${'X-A: b\n'.repeat(50_000)}\nHello`), 'structure is broken'],
  ['endless lines', eml(`From: jane@example.com\n\n${'x\n'.repeat(150_000)}`), 'too many lines'],
]; // biome-ignore format: a table

function nested(depth: number): string {
  const opened = Array.from(
    { length: depth },
    (_, at) => `Content-Type: multipart/mixed; boundary=n${at}\n\n--n${at}\n`,
  );
  return `From: jane@example.com\n${opened.join('')}\nHello`;
}
