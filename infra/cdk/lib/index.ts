export * from './backchannel.js';
export * from './props.js';
