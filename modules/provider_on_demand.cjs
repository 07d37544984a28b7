// The provider's index.js requires all of its 2,139 modules at once, 1 to 2 s of every synth. With this file preloaded
// (main.py) each is required when it is first used. Should a newer index.js read otherwise, it loads as it always did.
"use strict";

const Module = require("node:module");

const INDEX = /provider-aws[\\/]lib[\\/]index\.js$/;
const EXPORT = /^exports\.(\w+) = (?:__importStar\()?require\((".+?")\)\)?;$/gm;
const ON_DEMAND = 'Object.defineProperty(exports, "$1", { enumerable: true, get: () => require($2) });';

// A stack that reads from another asks, at each reading, whether that one depends on it, and walks every path to find
// out: 28 services that call the five before took a minute, 30 more than three. Each stack needs to be seen once.
const STACK = /[\\/]lib[\\/]terraform-stack\.js$/;
const LINEAR = `
;(({ prototype }) => {
  const add = prototype.addDependency;
  prototype.addDependency = function (dependency) {
    if (!this.dependencies.includes(dependency)) add.call(this, dependency);
  };
  prototype.dependsOn = function (stack) {
    const seen = new Set(this.dependencies);
    for (const one of seen) one.dependencies.forEach((dependency) => seen.add(dependency));
    return seen.has(stack);
  };
})(exports.TerraformStack);`;

// Each token that is made notes where, in JavaScript: a fifth of the time, for a trace that leads to jsii and not to us.
const TRACE = /[\\/]lib[\\/]tokens[\\/]private[\\/]stack-trace\.js$/;
const NO_TRACE = "\nexports.captureStackTrace = () => [];";

function replaced(content, filename) {
  if (INDEX.test(filename)) return content.replace(EXPORT, ON_DEMAND);
  if (TRACE.test(filename) && content.includes("exports.captureStackTrace =")) return content + NO_TRACE;
  return STACK.test(filename) && content.includes("dependsOn(stack)") ? content + LINEAR : content;
}

const compile = Module.prototype._compile;
Module.prototype._compile = function (content, filename, ...rest) {
  return compile.call(this, replaced(content, filename), filename, ...rest);
};
