/** Where every joule and gram is booked. Closed; the sum over accounts is the meter. See docs/design.md. */
export const ACCOUNTS = [
  "request", // dynamic, for requests
  "job", // dynamic, for batch jobs
  "idle", // static power of a server that is on and holds no container; sleep and boot too
  "reserved-idle", // static power of a server that holds a container
  "psu-loss", // lost in the power supply; watts are at the wall, so this is taken out of the four above
  "facility", // everything the site draws beyond its servers: (PUE - 1) x IT
] as const;
export type Account = (typeof ACCOUNTS)[number];
