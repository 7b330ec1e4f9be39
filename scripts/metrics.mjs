// Writes docs/metrics.md from the catalogue of metrics; run after a build. A test fails while the committed file is stale.
import { writeFileSync } from "node:fs";
import { metricsPage } from "../dist/src/report/metrics-page.js";

writeFileSync(new URL("../docs/metrics.md", import.meta.url), metricsPage());
