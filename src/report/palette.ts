/**
 * Colours by role, light and dark. Series colours keep apart for colour-blind readers (Okabe and Ito's set, adjusted for
 * contrast); useful work is saturated, overhead is grey. The heat ramp grows in darkness alone, so it survives printing.
 */
export const LIGHT = {
  page: "#ffffff",
  surface: "#f5f7f9",
  line: "#d9dfe6",
  grid: "#e6eaef",
  ink: "#17202b",
  muted: "#566273",
  accent: "#0b5cad",
  good: "#0b6e4f",
  bad: "#b3261e",
  request: "#0072b2",
  job: "#009e73",
  idle: "#c9d0d8",
  "reserved-idle": "#929daa",
  "psu-loss": "#e69f00",
  facility: "#cc79a7",
  p99: "#0b4f8a",
  p50: "#3d97d6",
  mean: "#7a8696",
  slo: "#b45309",
  fault: "#c62828",
  intensity: "#17202b",
  bar: "#4a90c4",
  queued: "#d55e00",
  finished: "#009e73",
  evicted: "#e69f00",
  crashed: "#c62828",
  oom: "#8e4ec6",
  suspended: "#929daa",
  running: "#6db3e0",
  heat0: "#edf3f9",
  heat1: "#d6e4f1",
  heat2: "#b5d3e9",
  heat3: "#8abddd",
  heat4: "#5a9fcf",
  heat5: "#337fbb",
  heat6: "#17609f",
  heat7: "#0a3d73",
} as const;

export type ColorName = keyof typeof LIGHT;

export const DARK: Readonly<Record<ColorName, string>> = {
  page: "#11161d",
  surface: "#19202a",
  line: "#333d4a",
  grid: "#262f3a",
  ink: "#e8ecf1",
  muted: "#a1adbb",
  accent: "#7cbcf5",
  good: "#4cc9a0",
  bad: "#ff8a80",
  request: "#3f9bdb",
  job: "#22b48c",
  idle: "#424d5b",
  "reserved-idle": "#6c7a8b",
  "psu-loss": "#e8a92c",
  facility: "#d48db5",
  p99: "#9bd0f7",
  p50: "#4a98d4",
  mean: "#8c99a8",
  slo: "#f5a04a",
  fault: "#ff6f61",
  intensity: "#e8ecf1",
  bar: "#4a90c4",
  queued: "#f08a4b",
  finished: "#22b48c",
  evicted: "#e8a92c",
  crashed: "#ff6f61",
  oom: "#b98aea",
  suspended: "#6c7a8b",
  running: "#3f9bdb",
  heat0: "#1b2530",
  heat1: "#1e3a55",
  heat2: "#1f5079",
  heat3: "#2469a1",
  heat4: "#3c86c4",
  heat5: "#64a5dc",
  heat6: "#96c6ee",
  heat7: "#d2e8fb",
};

/** `var(--request)`: charts name roles, the page decides what they look like. */
export function color(name: ColorName): string {
  return `var(--${name})`;
}

const SERIES: readonly ColorName[] = ["request", "queued", "job", "facility", "psu-loss", "oom", "ink", "muted"];

/** The colour of the series with this number, from 0; the ninth has the first one's again. */
export function seriesColor(index: number): string {
  return color(SERIES[index % SERIES.length] as ColorName);
}

/** CSS that turns a picture painted by `withoutVariables` dark where the reader's system is. */
export function darkRules(svg: string): string {
  const rules = (Object.keys(LIGHT) as ColorName[]).flatMap((name) =>
    ["fill", "stroke"].flatMap((property) => {
      const attribute = `${property}="${LIGHT[name]}"`;
      return svg.includes(` ${attribute}`) ? [`[${attribute}]{${property}:${DARK[name]}}`] : [];
    }),
  );
  return `@media (prefers-color-scheme:dark){${[...new Set(rules)].join("")}}`;
}

/** One CSS declaration per role. */
export function variables(palette: Readonly<Record<ColorName, string>>): string {
  return Object.entries(palette)
    .map(([name, value]) => `--${name}:${value}`)
    .join(";");
}

/** Replaces the roles by light colours, for viewers that know no CSS variables. */
export function withoutVariables(svg: string): string {
  return svg.replace(/var\(--([a-z0-9-]+)\)/g, (_, name: string) => {
    const value = LIGHT[name as ColorName];
    if (value === undefined) throw new Error(`no colour is named "${name}"`);
    return value;
  });
}
