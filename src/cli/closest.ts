/** The option that a mistyped word most likely meant, or undefined if none is near. */
export function closest(word: string, options: readonly string[]): string | undefined {
  const near = options
    .map((option) => ({ option, distance: editDistance(word.toLowerCase(), option.toLowerCase()) }))
    .filter(({ option, distance }) => distance < option.length && distance <= Math.max(2, Math.floor(option.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.option;
}

/** ` Did you mean "x"?`, or nothing. */
export function didYouMean(word: string, options: readonly string[]): string {
  const option = closest(word, options);
  return option === undefined ? "" : ` Did you mean "${option}"?`;
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
