// a comment before it hides nothing
export async function declared() {} //! plugin: Nothing in the domain is async
export const arrow = async () => 1; //! plugin: Nothing in the domain is async
export const withArgument = async (one: number) => one; //! plugin: Nothing in the domain is async
export const expression = async function () {}; //! plugin: Nothing in the domain is async
export const object = {
  async method() {}, //! plugin: Nothing in the domain is async
  asynchronous() {},
};
export class Thing {
  async method() {} //! plugin: Nothing in the domain is async
  private static async hidden() {} //! plugin: Nothing in the domain is async
  asynchronous() {}
}
export const promised: Promise<number> | null = null; //! plugin: Nothing in the domain is async
export const later = () => setTimeout(() => 1, 5); //! noRestrictedGlobals: setTimeout
export const often = () => setInterval(() => 1, 5); //! noRestrictedGlobals: setInterval
export const soon = () => setImmediate(() => 1); //! noRestrictedGlobals: setImmediate

export const asynchronous = (async: number) => async;
