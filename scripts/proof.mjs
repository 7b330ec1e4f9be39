// Copies results/theory/table.md into docs/proof.md. Make the table with `cybertwin verify --tier full --out results/theory`.
import { readFileSync, writeFileSync } from "node:fs";

process.chdir(new URL("..", import.meta.url).pathname);
const page = readFileSync("docs/proof.md", "utf8");
const table = readFileSync("results/theory/table.md", "utf8");
const [before, rest] = page.split(/(?<=<!-- table: .* -->\n)/);
const after = rest.slice(rest.indexOf("<!-- end of table -->"));
writeFileSync("docs/proof.md", `${before}${table}${after}`);
