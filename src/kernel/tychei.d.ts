/** The package ships no types for its single algorithms. */
declare module "seedrandom/lib/tychei.js" {
  interface Generator {
    (): number;
    double(): number;
    int32(): number;
  }
  export default function tychei(seed: string): Generator;
}
