/** Identifiers that a careless comparison confuses, and who of them is asked for. */
import type { Subject } from '../../functions/domain/subject.ts';

/** Every one of them is somebody else. Each owns rows in every place of every table. */
export const NAMES: readonly string[] = [
  'jane',
  // Prefix, suffix, inside.
  'jan',
  'janet',
  'xjane',
  'jane jane',
  // Case.
  'Jane',
  'JANE',
  'straße',
  'strasse',
  'STRASSE',
  // Turkish dotted and dotless i.
  'istanbul',
  'İstanbul',
  // Blanks, and what only looks like nothing.
  ' jane',
  'jane ',
  'jane\t',
  'jane\n',
  'jane\r\n',
  'jane\u00a0',
  'jane\u200b',
  '\ufeffjane',
  // NFC, NFD, compatibility forms, homoglyphs.
  'caf\u00e9',
  'cafe\u0301',
  'cafe',
  '\u212b',
  '\u00c5',
  'A\u030a',
  'ﬁne',
  'fine',
  'jаne', // Cyrillic а
  'ｊａｎｅ',
  // What SQL, LIKE, regular expressions, JSON and the shell read.
  "o'hara",
  "o''hara",
  'o"hara',
  'o`hara',
  'back\\slash',
  'back\\\\slash',
  'back\\nslash',
  'back\nslash',
  'j%',
  'j_ne',
  '%',
  '_',
  '.*',
  '[jane]',
  '@id_0',
  '?',
  '$(jane)',
  "' OR 1=1 --",
  "jane'; DELETE FROM t WHERE true; --",
  '*/ OR 1=1 /*',
  // Emoji: surrogate pairs, joined and with a skin tone.
  '👩',
  '👩‍🦰',
  '👩🏽',
  '🏳️‍🌈',
  // Numbers, booleans and nothing, as text.
  '7',
  '07',
  '007',
  '+7',
  '-7',
  '7.0',
  '7e0',
  '0x7',
  '1e3',
  '1000',
  '0',
  '-0',
  'NaN',
  'true',
  'null',
  'NULL',
  'undefined',
  '__NULL__',
  '2026-11-24',
  '9007199254740993',
  '9007199254740992',
  // As long as Lethe accepts them, and different in the last byte only.
  `${'x'.repeat(1023)}a`,
  `${'x'.repeat(1023)}b`,
];

/** Where an identifier column is INT64. The neighbours beyond 2^53 fall together as floating-point numbers. */
export const NUMBERS: readonly string[] = [
  '7',
  '-7',
  '0',
  '1',
  '70',
  '77',
  '1000',
  '9007199254740992',
  '9007199254740993',
  '9007199254740994',
  '-9007199254740993',
  '9223372036854775807',
  '9223372036854775806',
  '-9223372036854775808',
];

export const TYPE = 'distinct_id';
export const OTHER_TYPE = 'device_id';

const of = (type: string, values: readonly string[]): Subject[] => values.map((value) => ({ type, value }));

/** Batches of a request or of many: names, and what is asked for. */
export const ASKED: readonly { name: string; subjects: Subject[] }[] = [
  { name: 'one plain subject', subjects: of(TYPE, ['jane', '7']) },
  {
    name: 'every other look-alike',
    subjects: [
      ...of(
        TYPE,
        NAMES.filter((_, index) => index % 2 === 1),
      ),
      ...of(OTHER_TYPE, ['👩‍🦰', 'jane ']),
    ],
  },
  {
    name: 'numbers as people write them',
    subjects: of(TYPE, [
      '007',
      '+7',
      '7.0',
      '1e3',
      ' 7',
      '-0',
      '',
      '9223372036854775808',
      '-9223372036854775809',
      '9007199254740993',
      '-9223372036854775808',
    ]),
  },
  { name: 'the other type only', subjects: of(OTHER_TYPE, ['jane', '-7', 'NULL']) },
];
