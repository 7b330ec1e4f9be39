/** Made by scripts/build.mjs: registers the gradients of TensorFlow.js, and exports nothing. */
declare module "#tfjs-gradients";
