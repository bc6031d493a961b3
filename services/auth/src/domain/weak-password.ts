/** Whose password it is, as somebody who guesses would know. */
export interface PasswordOwner {
  readonly email: string;
  readonly displayName: string;
}

/** Rows of keyboards, and the columns people walk down. */
const WALKS = [
  '1234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'yxcvbnm',
  'azertyuiop',
  'qsdfghjklm',
  'wxcvbn',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik',
  'qazwsxedcrfvtgbyhnujmik',
  'abcdefghijklmnopqrstuvwxyz',
];
const LINES = WALKS.flatMap((walk) => [walk, walk.split('').toReversed().join('')]);

/** Words that stand in passwords because they stand before the keyboard: the product, the trade, the form's own label. */
const WORDS = [
  'socagent',
  'socadmin',
  'administrator',
  'password',
  'passwort',
  'passphrase',
  'welcome',
  'letmein',
  'changeme',
  'default',
  'security',
  'secret',
  'analyst',
  'admin',
  'login',
  'spring',
  'summer',
  'autumn',
  'winter',
];

const LOOKALIKES: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

/** Characters that must be left when everything that a guesser tries first is taken out. */
const MIN_LEFT = 6;
/** A shorter part of a name or of a row of keys is in too many honest words. */
const MIN_NAME = 4;
const MIN_WALK = 4;

const spelt = (text: string): string => text.replaceAll(/[013457@$!]/g, (char) => LOOKALIKES[char] ?? char);

/** Without case, accents and what stands between words. */
const bare = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\s\p{M}._'-]/gu, '');

const namesOf = ({ email, displayName }: PasswordOwner): readonly string[] => {
  const parts = [email, ...email.split('@'), ...email.split(/[@.+_-]/), displayName, ...displayName.split(/\s+/)];
  const names = parts.map(bare).filter((name) => name.length >= MIN_NAME);
  return [...new Set(names)].toSorted((a, b) => b.length - a.length);
};

/** Takes out what is walked along a line of `LINES`, at least `MIN_WALK` characters at a time. */
function withoutWalks(text: string): string {
  let left = '';
  let index = 0;
  while (index < text.length) {
    let end = index + MIN_WALK;
    if (!LINES.some((line) => line.includes(text.slice(index, end))) || end > text.length) {
      left += text[index] ?? '';
      index += 1;
      continue;
    }
    while (end < text.length && LINES.some((line) => line.includes(text.slice(index, end + 1)))) end += 1;
    index = end;
  }
  return left;
}

/** A part that comes again and again counts once: `abcabcabc` is `abc`, `aaaa` is `a`. */
const withoutRepeats = (text: string): string => text.replaceAll(/(.{1,8}?)\1+/gu, '$1');

const without = (text: string, words: readonly string[]): string =>
  words.reduce((left, word) => left.replaceAll(word, ''), text);

/**
 * Why a password is too easy to guess, whatever its length; undefined when it is not. An own rule of what guessers try
 * first, not a list: names of the owner and of the product, rows of keys, sequences, repetitions and dates are taken out,
 * and what is left must still be something.
 */
export function weaknessOf(password: string, owner: PasswordOwner): string | undefined {
  const plain = bare(password);
  const names = namesOf(owner);
  const left = (text: string): number => withoutRepeats(withoutWalks(text).replaceAll(/(19|20)\d\d/g, '')).length;
  if (left(plain) < MIN_LEFT) return 'is a row of keys, a sequence or a repetition';
  for (const text of [plain, spelt(plain)]) {
    if (left(without(text, names)) < MIN_LEFT) return 'is little more than the name or the address of its owner';
    if (left(without(without(text, names), WORDS)) < MIN_LEFT) return 'is little more than what is guessed first';
  }
  return undefined;
}
