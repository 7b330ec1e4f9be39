/** A scenario of every law of chance, on two sites, with faults: what could come out differently on another Node. */
const LAWS: Readonly<Record<string, string>> = {
  exponential: "{ kind: exponential, mean: 20 ms }",
  hyperexponential: "{ kind: hyperexponential, mean: 20 ms, cv: 2 }",
  gamma: "{ kind: gamma, mean: 20 ms, cv: 0.5 }",
  burst: "{ kind: gamma, mean: 20 ms, cv: 2 }",
  lognormal: "{ kind: lognormal, median: 10 ms, sigma: 1 }",
  weibull: "{ kind: weibull, shape: 0.7, scale: 20 ms }",
  pareto: "{ kind: bounded-pareto, shape: 1.5, min: 5 ms, max: 2 s }",
  uniform: "{ kind: uniform, min: 5 ms, max: 50 ms }",
};

const ARRIVALS = [
  "{ kind: poisson, rate: 20 req/s, profile: { kind: diurnal, peakHour: 12, ratio: 3 } }",
  "{ kind: gamma, rate: 20 req/s, cv: 2 }",
  "{ kind: renewal, gap: { kind: weibull, shape: 0.7, scale: 40 ms } }",
  "{ kind: mmpp, rates: [10 req/s, 50 req/s], holding: [30 s, 5 s] }",
  "{ kind: closed, users: 10, thinkTime: { kind: lognormal, mean: 500 ms, cv: 1 } }",
];

const services = Object.entries(LAWS).map(([name, law], i) => {
  const discipline = i % 2 === 0 ? "fcfs" : "ps";
  const arrivals = ARRIVALS[i % ARRIVALS.length] as string;
  return `  ${name}: { kind: service, replicas: 2, discipline: ${discipline}, requests: { cpu: 1 }, weight: ${512 + i}, work: ${law}, arrivals: ${arrivals} }`;
});

/** Named parts, so that a test can leave one out. */
export const SERVERS = `name: all-laws
duration: 10 min
warmup: 1 min
sites:
  west: { carbon: 300 g/kWh, servers: { kind: small-8c, count: 4 } }
`;
export const WORKLOADS = `workloads:
${services.join("\n")}
`;
export const FAULTS = `faults:
  crash: { kind: server-crash, target: { site: west, count: 1 }, mtbf: { kind: weibull, shape: 0.7, scale: 2 min }, mttr: { kind: lognormal, median: 10 s, sigma: 1 } }
  slow: { kind: server-slow-cpu, target: { site: west, count: 1 }, factor: 0.5, at: 3 min, duration: 2 min }
`;

export const ALL_LAWS = `${SERVERS}${WORKLOADS}${FAULTS}`;
