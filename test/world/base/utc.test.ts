import { strict as assert } from "node:assert";
import { formatUtc, parseInstant } from "../../../src/world/base/utc.ts";

const epochOf = (text: string): number => {
  const instant = parseInstant(text);
  assert.ok("epochS" in instant, "problem" in instant ? instant.problem : "");
  return instant.epochS;
};
const problemOf = (text: string): string => {
  const instant = parseInstant(text);
  return "problem" in instant ? instant.problem : `read as ${instant.epochS}`;
};

describe("an instant", () => {
  it("agrees with the platform's calendar on every day from 1969 to 2101", () => {
    for (let day = -365; day < 131 * 366; day++) {
      const platform = new Date(day * 86_400_000).toISOString().replace(".000Z", "Z");
      assert.equal(epochOf(platform), day * 86_400);
      assert.equal(formatUtc(day * 86_400), platform);
    }
  });

  it("has its place within the day, to the last second", () => {
    assert.equal(epochOf("1970-01-01T23:59:59Z"), 86_399);
    assert.equal(formatUtc(86_399), "1970-01-01T23:59:59Z");
    assert.equal(formatUtc(3600 + 2 * 60 + 3), "1970-01-01T01:02:03Z");
  });

  it("takes a zone: two o'clock at +02:00 is midnight in UTC", () => {
    assert.equal(epochOf("2021-07-01T02:00:00+02:00"), epochOf("2021-07-01T00:00:00Z"));
    assert.equal(epochOf("2021-06-30T19:30:00-0430"), epochOf("2021-07-01T00:00:00Z"));
    assert.equal(epochOf("2021-07-01 00:00Z"), epochOf("2021-07-01T00:00:00Z"));
    assert.equal(epochOf("2021-07-01T00:00:00.25Z") - epochOf("2021-07-01T00:00:00Z"), 0.25);
  });

  it("is refused without a zone or outside the calendar", () => {
    assert.match(problemOf("2021-07-01T00:00:00"), /says no time zone; add Z or an offset such as \+02:00/);
    for (const day of ["2021-02-29", "2021-04-31", "2021-07-00", "2021-00-01", "2021-13-01"])
      assert.match(problemOf(`${day}T00:00:00Z`), /not a day of the calendar/);
    for (const time of ["24:00:00", "00:60:00", "00:00:60"]) assert.match(problemOf(`2021-07-01T${time}Z`), /not a time of day/);
    assert.match(problemOf("2021-07-01T00:00:00+99:00"), /impossible zone offset/);
    assert.match(problemOf("1 July 2021"), /not an ISO 8601 instant/);
  });
});
