import { z } from 'zod';

type Path = readonly (string | number)[];

/** The schemas that a value at `path` may follow: several where the schema leaves a choice, none where it is unknown. */
export function schemasAt(schema: z.ZodType, path: Path, input: unknown): readonly z.ZodType[] {
  const here = choices(schema, input);
  const [key, ...rest] = path;
  if (key === undefined) return here;
  const value = (input as { readonly [key: string]: unknown } | null)?.[key]; // an index of nothing is undefined
  return here.flatMap((one) => partOf(one, key)).flatMap((part) => schemasAt(part, rest, value));
}

/** The keys that may stand in the value at `path`. */
export function keysAt(schema: z.ZodType, path: Path, input: unknown): readonly string[] {
  const keys = schemasAt(schema, path, input).flatMap((one) =>
    one instanceof z.ZodObject ? Object.keys(one.shape) : [],
  );
  return [...new Set(keys)];
}

function partOf(schema: z.ZodType, key: string | number): readonly z.ZodType[] {
  if (schema instanceof z.ZodObject) return asTypes(Object.hasOwn(schema.shape, key) ? [schema.shape[key]] : []);
  if (schema instanceof z.ZodArray) return asTypes([schema.element]);
  return schema instanceof z.ZodRecord ? asTypes([schema.valueType]) : [];
}

/** What stands behind optional, default, readonly, pipes and unions; of a union by `type` only the one that is meant. */
function choices(schema: z.ZodType, input: unknown): readonly z.ZodType[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodReadonly)
    return asTypes([schema.unwrap()]).flatMap((inner) => choices(inner, input));
  if (schema instanceof z.ZodPipe) return asTypes([schema.in]).flatMap((inner) => choices(inner, input));
  if (!(schema instanceof z.ZodUnion)) return [schema];
  const options = asTypes([...schema.options]).flatMap((option) => choices(option, input));
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return options;
  return options.filter((option) => isMeant(option, schema.def.discriminator, input));
}

function isMeant(option: z.ZodType, discriminator: string, input: unknown): boolean {
  if (!(option instanceof z.ZodObject)) return false;
  const value = (input as { readonly [key: string]: unknown } | null)?.[discriminator]; // an index of nothing is undefined
  return asTypes([option.shape[discriminator]]).some((literal) => literal.safeParse(value).success);
}

/** zod's accessors give the core type; every schema here is of zod's own classes. */
const asTypes = (types: readonly unknown[]): readonly z.ZodType[] => types as readonly z.ZodType[];
