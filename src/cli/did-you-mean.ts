/** "Did you mean" for words of the command line. */
import { nearest } from "../scenario/suggest.ts";

/** ` Did you mean "x"?`, or nothing. */
export function didYouMean(word: string, options: readonly string[]): string {
  const option = nearest(word, options);
  return option === undefined ? "" : ` Did you mean "${option}"?`;
}
