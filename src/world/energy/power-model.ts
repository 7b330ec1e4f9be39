/** Watts at the wall of one server that is on. */
export interface PowerModel {
  /**
   * @param utilization busy share of all cores, 0..1
   * @param clockRatio clock over the nominal clock, > 0
   */
  powerW(utilization: number, clockRatio: number): number;
}
