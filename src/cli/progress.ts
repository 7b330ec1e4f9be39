/** A bar on stderr for what takes longer than a second, on a terminal only. */
import type { SingleBar } from "cli-progress";

export interface Progress {
  /** Share done, 0..1. */
  update(fraction: number): void;
  stop(): void;
}

const PATIENCE_MS = 1000;
const SILENT: Progress = { update() {}, stop() {} };

export function startProgress(visible: boolean): Progress {
  if (!visible) return SILENT;
  let bar: SingleBar | undefined;
  let latest = 0;
  const timer = setTimeout(async () => {
    const { default: cliProgress } = await import("cli-progress");
    if (stopped) return;
    bar = new cliProgress.SingleBar({
      format: "{bar} {percentage} % | {eta_formatted} left",
      stream: process.stderr,
      clearOnComplete: true,
    });
    bar.start(1, latest);
  }, PATIENCE_MS);
  let stopped = false;
  return {
    update(fraction) {
      latest = fraction;
      bar?.update(fraction);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      bar?.stop();
    },
  };
}
