// Something that a person has to change before the process can start: told as its message alone, without a stack.
export class StartError extends Error {
  override readonly name: string = 'StartError';
}
