/** Users of the demo whose ids a careless comparison takes for Jane's. Deleting Jane must leave every one of them alone. */

/** Whom the demo deletes. */
export const JANE = 'jane-4711';

export interface LookAlike {
  userId: string;
  /** Makes this user's device ids out of Jane's; never leaves one as it is. */
  twist?: (id: string) => string;
}

const FULL_WIDTH_OFFSET = 0xfee0;
const toFullWidth = (text: string) =>
  text.replace(/[0-9]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + FULL_WIDTH_OFFSET));

export const LOOK_ALIKES: readonly LookAlike[] = [
  { userId: 'jane-471', twist: (id) => id.slice(0, -1) },
  { userId: 'jane-47110', twist: (id) => `${id}0` },
  { userId: 'xjane-4711', twist: (id) => `x${id}` },
  { userId: ' jane-4711', twist: (id) => ` ${id}` },
  { userId: 'jane-４７１１', twist: toFullWidth },
  { userId: 'jane-4711 ' },
  { userId: 'jane-4711\t' },
  { userId: 'jane-4711\n' },
  { userId: 'Jane-4711' },
  { userId: 'JANE-4711' },
  { userId: 'jаne-4711' }, // Cyrillic а
  { userId: 'jane-4711\u200b' },
  { userId: 'jane‐4711' }, // another hyphen, U+2010
  { userId: 'jane_4711' },
  { userId: 'jane%4711' },
  { userId: 'jane-47__' },
  { userId: '%' },
  { userId: "jane-4711'" },
  { userId: '"jane-4711"' },
  { userId: 'jane-4711\\' },
  { userId: "jane-4711' OR '1'='1" },
  { userId: 'jane-4711😀' },
  { userId: 'zo\u00eb' },
  { userId: 'zoe\u0308' },
  { userId: '👩' },
  { userId: '👩‍🦰' },
  { userId: '7' },
  { userId: '007' },
  { userId: '1000' },
  { userId: '1e3' },
  { userId: 'null' },
  { userId: 'NULL' },
];
