// The provider's index.js requires all of its 2,139 modules at once, 1 to 2 s of every synth. With this file preloaded
// (main.py) each is required when it is first used. Should a newer index.js read otherwise, it loads as it always did.
"use strict";

const Module = require("node:module");

const INDEX = /provider-aws[\\/]lib[\\/]index\.js$/;
const EXPORT = /^exports\.(\w+) = (?:__importStar\()?require\((".+?")\)\)?;$/gm;
const ON_DEMAND = 'Object.defineProperty(exports, "$1", { enumerable: true, get: () => require($2) });';

const compile = Module.prototype._compile;
Module.prototype._compile = function (content, filename, ...rest) {
  return compile.call(this, INDEX.test(filename) ? content.replace(EXPORT, ON_DEMAND) : content, filename, ...rest);
};
