/** The requests of a public trace as ours, one line at a time, and the count of what was kept and what was dropped. */
import type { LineReader, TraceRow } from "./format.ts";

export interface ImportWindow {
  /** From the first request of the file, s; arrivals count from here. */
  readonly fromS: number;
  readonly toS: number;
  /** Rows to keep at most. */
  readonly limit: number;
  /** Tokens of the longest prompt to keep: a model's context has an end. */
  readonly maxPrompt: number;
}

export interface DropCount {
  readonly reason: string;
  readonly rows: number;
  /** Counted from 1; the header is line 1. */
  readonly firstLine: number;
  /** What stood there. */
  readonly got: string;
}

export interface ImportTally {
  readonly kept: number;
  /** Before `fromS`. */
  readonly early: number;
  readonly dropped: readonly DropCount[];
  /** Where reading ended before the file did. */
  readonly stoppedAtLine: number | undefined;
  readonly columnsLeftOut: readonly string[];
  /** From the first kept request to the last. */
  readonly spanS: number;
  /** Kept requests over the span, as scenarios count them; null where all came at once. */
  readonly meanRatePerS: number | null;
  /** Standard deviation of the gaps over their mean; null for fewer than three requests, or all at once. */
  readonly gapCv: number | null;
  readonly promptTokensMean: number;
  readonly outputTokensMean: number;
  /** Kept rows by class, in order of appearance; empty without classes. */
  readonly classes: Readonly<Record<string, number>>;
}

const GOT_LENGTH = 40;

export class TraceImport {
  /** No later line can add a row. */
  isDone = false;
  readonly #reader: LineReader;
  readonly #window: ImportWindow;
  readonly #drops = new Map<string, { rows: number; firstLine: number; got: string }>();
  readonly #classes = new Map<string, number>();
  readonly #gaps = new Spread();
  #line = 0;
  #early = 0;
  #kept = 0;
  #originS = Number.NaN;
  #latestS = Number.NEGATIVE_INFINITY;
  #firstS = Number.NaN;
  #lastS = Number.NaN;
  #promptTokens = 0;
  #outputTokens = 0;

  constructor(reader: LineReader, window: ImportWindow) {
    this.#reader = reader;
    this.#window = window;
  }

  /** The request of the next line, its time counted from the first request, or undefined. @throws {WrongColumns} at a wrong header. */
  take(line: string): TraceRow | undefined {
    this.#line++;
    const row = this.#reader.read(line.endsWith("\r") ? line.slice(0, -1) : line);
    if (row === undefined) return undefined;
    if ("reason" in row) return this.#drop(row.reason, row.got);
    // Whoever streams cannot sort.
    if (row.timeS < this.#latestS)
      return this.#drop("the time is before that of an earlier row", `${seconds(row.timeS - this.#originS)} s`);
    if (this.#latestS === Number.NEGATIVE_INFINITY) this.#originS = row.timeS;
    this.#latestS = row.timeS;
    const timeS = row.timeS - this.#originS;
    const { fromS, toS, maxPrompt } = this.#window;
    if (timeS < fromS) {
      this.#early++;
      return undefined;
    }
    if (timeS >= toS) {
      this.isDone = true;
      return undefined;
    }
    if (row.promptTokens > maxPrompt) return this.#drop(`the prompt is longer than ${maxPrompt} tokens`, `${row.promptTokens}`);
    return this.#keep(row, seconds(timeS - fromS));
  }

  #drop(reason: string, got: string): undefined {
    const count = this.#drops.get(reason);
    if (count !== undefined) count.rows++;
    else this.#drops.set(reason, { rows: 1, firstLine: this.#line, got: clipped(got) });
  }

  #keep(row: TraceRow, timeS: number): TraceRow {
    if (this.#kept === 0) this.#firstS = timeS;
    else this.#gaps.add(timeS - this.#lastS);
    this.#lastS = timeS;
    this.#promptTokens += row.promptTokens;
    this.#outputTokens += row.outputTokens;
    if (row.class !== "") this.#classes.set(row.class, (this.#classes.get(row.class) ?? 0) + 1);
    this.#kept++;
    this.isDone = this.#kept >= this.#window.limit;
    return { ...row, timeS };
  }

  tally(): ImportTally {
    const spanS = this.#kept === 0 ? 0 : this.#lastS - this.#firstS;
    const mean = (sum: number): number => (this.#kept === 0 ? 0 : sum / this.#kept);
    return {
      kept: this.#kept,
      early: this.#early,
      dropped: [...this.#drops].map(([reason, count]) => ({ reason, ...count })),
      stoppedAtLine: this.isDone ? this.#line : undefined,
      columnsLeftOut: this.#reader.leftOut,
      spanS,
      meanRatePerS: spanS > 0 ? this.#kept / spanS : null,
      gapCv: this.#gaps.cv(),
      promptTokensMean: mean(this.#promptTokens),
      outputTokensMean: mean(this.#outputTokens),
      classes: Object.fromEntries(this.#classes),
    };
  }
}

/** To the nanosecond: 0.1 + 0.2 is 0.3. */
const seconds = (timeS: number): number => Number(timeS.toFixed(9));

/** A copy: a slice would keep the whole chunk that it was cut from. */
const clipped = (text: string): string => [...(text.length > GOT_LENGTH ? `${text.slice(0, GOT_LENGTH - 3)}...` : text)].join("");

/** Mean and variance of a stream, by updates. @see Welford 1962 */
class Spread {
  #count = 0;
  #mean = 0;
  #squares = 0;

  add(value: number): void {
    this.#count++;
    const off = value - this.#mean;
    this.#mean += off / this.#count;
    this.#squares += off * (value - this.#mean);
  }

  cv(): number | null {
    if (this.#count < 2 || this.#mean === 0) return null;
    return Math.sqrt(this.#squares / (this.#count - 1)) / this.#mean;
  }
}
