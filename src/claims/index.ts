/** Claims: numbers that theory or a paper gives, against what scenarios give. See docs/proof.md. */
export { type Claim, TIERS, type Tier, type Verdict } from "./claim.ts";
export { FIGURES } from "./figures/index.ts";
export { toClaimsCsv, toClaimsJson, toClaimsMarkdown, toClaimsTable } from "./format.ts";
export { type ClaimsPlan, runClaims } from "./run-claims.ts";
export { THEORY } from "./theory/index.ts";
