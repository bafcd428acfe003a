// The Serverless Framework loads JavaScript; Node runs the TypeScript behind it as it is.
export { default } from './plugin.ts';
