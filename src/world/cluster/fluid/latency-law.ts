/** Numbers of a latency's law, in this order, wherever they are kept; the last two say what an interval sees of it (restless.ts). */
export const LAW = { scale: 0, shift: 1, chance: 2, delayS: 3, stretch: 4, theta: 5, frailty: 6 } as const;
export const LAW_SIZE = 7;
