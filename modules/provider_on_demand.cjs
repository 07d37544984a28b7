// The provider's index.js requires all of its 2,139 modules at once, 1 to 2 s of every synth. With this file preloaded
// (main.py) each is required when it is first used. Should a newer index.js read otherwise, it loads as it always did.
"use strict";

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

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

// jsii's runtime starts a second Node.js and hands each message on to it and back. That one can take them by itself;
// what it would print then goes where the first one sends it, wrapped, for the messages have the standard output.
const RUNTIME = /[\\/]bin[\\/]jsii-runtime\.js$/;
const PROGRAM = /[\\/]lib[\\/]program\.js$/;
const CHANNEL = "readFD:3,writeFD:3";
const DIRECTLY = 'require("../lib/program.js");';
let isDirect = false;

function replaced(content, filename) {
  if (INDEX.test(filename)) return content.replace(EXPORT, ON_DEMAND);
  if (TRACE.test(filename) && content.includes("exports.captureStackTrace =")) return content + NO_TRACE;
  if (RUNTIME.test(filename) && hasChannel(path.resolve(filename, "../../lib/program.js"))) {
    isDirect = true;
    ["stdout", "stderr"].forEach(wrapOutput);
    return DIRECTLY;
  }
  if (isDirect && PROGRAM.test(filename)) return content.replace(CHANNEL, "readFD:0,writeFD:1");
  return STACK.test(filename) && content.includes("dependsOn(stack)") ? content + LINEAR : content;
}

function hasChannel(program) {
  return fs.readFileSync(program, "utf-8").includes(CHANNEL);
}

function wrapOutput(name) {
  process[name].write = (chunk, encoding, done = encoding) => {
    const text = Buffer.from(chunk, typeof encoding === "string" ? encoding : undefined).toString("base64");
    fs.writeSync(2, `${JSON.stringify({ [name]: text })}\n`);
    if (typeof done === "function") process.nextTick(done);
    return true;
  };
}

const compile = Module.prototype._compile;
Module.prototype._compile = function (content, filename, ...rest) {
  return compile.call(this, replaced(content, filename), filename, ...rest);
};
