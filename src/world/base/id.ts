/** Ids are branded so that a job is never mistaken for a server; quantities are not (a brand is lost at the first +). */
declare const brand: unique symbol;
export type Id<Name extends string> = number & { readonly [brand]: Name };
export type ServerId = Id<"server">;
export type JobId = Id<"job">;
/** Its place among the GPUs of the world. */
export type GpuId = Id<"gpu">;
export type ReplicaId = Id<"replica">;
