/** Instants as ISO 8601 text with a zone, without the machine's clock or calendar. */

const DAY_S = 86_400;
const SHAPE = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?(Z|[+-]\d\d:?\d\d)?$/;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

export type Instant = { readonly epochS: number } | { readonly problem: string };

/** Reads an instant: seconds since 1970-01-01T00:00:00Z, leap seconds left out, or what is wrong with the text. */
export function parseInstant(text: string): Instant {
  const match = SHAPE.exec(text);
  if (match === null) return { problem: `"${text}" is not an ISO 8601 instant such as 2021-07-01T00:00:00Z` };
  const [, years, months, days, hours, minutes, seconds = "0", zone] = match;
  if (zone === undefined) return { problem: `"${text}" says no time zone; add Z or an offset such as +02:00` };
  const year = Number(years);
  const month = Number(months);
  const day = Number(days);
  const timeS = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return { problem: `"${text}" is not a day of the calendar` };
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) >= 60) return { problem: `"${text}" is not a time of day` };
  const offsetS = zoneOffsetS(zone);
  if (Math.abs(offsetS) > DAY_S) return { problem: `"${text}" has an impossible zone offset` };
  return { epochS: daysSince1970(year, month, day) * DAY_S + timeS - offsetS };
}

/** Whole seconds as 2021-07-01T00:00:00Z. */
export function formatUtc(epochS: number): string {
  const days = Math.floor(epochS / DAY_S);
  const inDayS = Math.round(epochS - days * DAY_S);
  let year = 1970 + Math.floor(days / 366);
  while (daysSince1970(year + 1, 1, 1) <= days) year++;
  let month = 1;
  while (month < 12 && daysSince1970(year, month + 1, 1) <= days) month++;
  const day = days - daysSince1970(year, month, 1) + 1;
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${year}-${two(month)}-${two(day)}T${two(Math.floor(inDayS / 3600))}:${two(Math.floor(inDayS / 60) % 60)}:${two(inDayS % 60)}Z`;
}

function zoneOffsetS(zone: string): number {
  if (zone === "Z") return 0;
  const digits = zone.replace(":", "");
  const offsetS = Number(digits.slice(1, 3)) * 3600 + Number(digits.slice(3, 5)) * 60;
  return digits.startsWith("-") ? -offsetS : offsetS;
}

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const daysIn = (year: number, month: number): number => (month === 2 && isLeap(year) ? 29 : (MONTH_DAYS[month - 1] as number));
const leapDaysBefore = (year: number): number => Math.floor((year - 1) / 4) - Math.floor((year - 1) / 100) + Math.floor((year - 1) / 400);

function daysSince1970(year: number, month: number, day: number): number {
  let days = (year - 1970) * 365 + leapDaysBefore(year) - leapDaysBefore(1970) + day - 1;
  for (let m = 1; m < month; m++) days += daysIn(year, m);
  return days;
}
