/** One of some values, or perhaps none. */
import fc from "fast-check";

export const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
export const of = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
