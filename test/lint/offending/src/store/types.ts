import 'left-pad'; //! noUndeclaredDependencies: left-pad

export enum Colour { //! noEnum: enum
  Green,
}
export const loose = (value: any) => value; //! noExplicitAny: any
export const sure = (value: string | null) => value!.length; //! noNonNullAssertion: non-null
export default loose; //! noDefaultExport: default
console.log('here'); //! noConsole: console
export function changed(value: number) {
  value += 1; //! noParameterAssign: parameter
  return value;
}
async function wanders() {
  await loose(1);
}
wanders(); //! noFloatingPromises: floating
export const many = (a: number, b: number, c: number, d: number, e: number) => [a, b, c, d, e]; //! useMaxParams: parameters
export function throwsText() {
  throw 'text'; //! useThrowOnlyError: Throwing
}
