import fc from 'fast-check';
import { detectLanguage, isSupported } from '../../../src/fte/agent/language.ts';

const long = ['a', 'é', '你', '`', ' ', '-', '’', "x'", '\ud800', '😀', 'a b '];

describe('detectLanguage', () => {
  test.each([
    ['es', 'Hola, no puedo entrar en mi cuenta'],
    ['es', 'No entiendo cómo cambiar mi turno, ¿pueden ayudarme por favor?'],
    ['es', 'Quiero un reembolso'],
    ['es', 'Necesito ayuda con el shift swap porque mi manager no puede ver mi request'],
    ['fr', 'Bonjour, je ne peux pas me connecter à mon compte'],
    ['fr', 'Je veux parler à un humain'],
    ['de', 'Guten Tag, ich kann meine Schicht nicht tauschen'],
    ['de', 'Wo ist meine Schicht?'],
    ['pt', 'Olá, não consigo entrar na minha conta'],
    ['it', 'Ciao, non riesco ad accedere al mio account'],
    ['nl', 'Hoi, ik kan niet inloggen op mijn account'],
    ['pl', 'Cześć, nie mogę się zalogować na swoje konto'],
    ['sv', 'Hej, jag kan inte logga in på mitt konto'],
    ['no', 'Hei, jeg kan ikke logge inn på kontoen min'],
    ['fi', 'Hei, en voi kirjautua tililleni'],
    ['tr', 'Merhaba, hesabıma giriş yapamıyorum'],
    ['ro', 'Bună, nu pot să intru în contul meu'],
    ['cs', 'Dobrý den, nemohu se přihlásit ke svému účtu'],
    ['hu', 'Üdvözlöm, nem tudok bejelentkezni a fiókomba'],
    ['vi', 'Xin chào, tôi không thể đăng nhập vào tài khoản của mình'],
    ['id', 'Halo, saya tidak bisa masuk ke akun saya'],
    ['ja', 'ログインできません'],
    ['zh', '我无法登录'],
    ['zh', '你好'],
    ['ko', '로그인할 수 없습니다'],
    ['ru', 'Не могу войти в систему'],
    ['uk', 'Привіт, я не можу увійти до свого облікового запису'],
    ['ar', 'لا أستطيع تسجيل الدخول'],
    ['fa', 'سلام، من نمی توانم وارد حساب کاربری خود شوم'],
    ['el', 'Γεια σας, δεν μπορώ να συνδεθώ στον λογαριασμό μου'],
    ['th', 'แผนการทำงาน เข้าสู่ระบบไม่ได้'],
    ['hi', 'नमस्ते, मैं लॉग इन नहीं कर पा रहा हूँ'],
  ])('%s: %s', (language, text) => {
    expect(detectLanguage(text)).toBe(language);
  });

  test.each([
    'How do I swap a shift with a colleague?',
    'I can’t log in',
    'Export fails',
    'pls help asap',
    'why is the kiosk offline',
    'Cannot sync payroll w/ ADP',
    'Shift swap approval pending manager',
    'npm run build failed with ECONNREFUSED 127.0.0.1:5432',
    'My manager’s name is José García and he lives in São Paulo',
    'The error reads "Datei nicht gefunden" when I upload',
    'Open shifts aren’t visible to part-time staff in the Berlin and Zürich locations',
    'TypeError: Cannot read properties of undefined (reading "map")',
  ])('en: %s', (text) => {
    expect(detectLanguage(text)).toBe('en');
  });

  test.each([
    '',
    '   ',
    'hi',
    'ok',
    'ok thanks',
    'no',
    'yes',
    'lol',
    'hmmmm',
    '404 error??',
    'Larkspur',
    'Larkspur Kiosk Pro Max Ultra',
    'jane.doe@example.com',
    'https://app.example.com/de/schichten/mit/der',
    '{"error":"shift_not_found","code":404}',
    'shift_id=abc&tenant=foo',
    '```\nder die das ich nicht\n```',
    'Danke',
    'gracias',
    'hola',
    'SMS no llega',
    'Maria Rossi',
    'Bob on vacation Mon Tue Wed',
    'Per diem staff come Monday',
    'MIT license van',
    'Los Angeles store closed',
    'San Jose, Los Gatos, El Cerrito',
    'Le Pain Quotidien Paris branch',
    'Best regards, Anna Müller, Schichtleitung Hamburg',
    'dasdasd asdasd asd asd asdasd',
    '😀😀😀',
    'π ≈ 3.14 μ',
    '𝓗𝓮𝓵𝓵𝓸',
    '???',
  ])('is not called foreign: %j', (text) => {
    expect(isSupported(detectLanguage(text))).toBe(true);
  });

  test('is a code or und for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        expect(detectLanguage(text)).toMatch(/^(?:[a-z]{2}|und)$/);
      }),
    );
  });

  test.each(long)('takes a long run of %j', (unit) => {
    expect(detectLanguage(unit.repeat(5000))).toMatch(/^(?:[a-z]{2}|und)$/);
  });
});

describe('isSupported', () => {
  test.each([
    ['en', true],
    ['und', true],
    ['es', false],
    ['ja', false],
  ])('%s: %s', (language, supported) => {
    expect(isSupported(language)).toBe(supported);
  });
});
