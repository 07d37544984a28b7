// What the Node.js of a synth loads otherwise than it is written, to be faster. main.py has it preloaded. Should a newer
// version of one of these files read otherwise, it loads as it always did; tests/modules/test_node_preload.py would tell.
"use strict";

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const { Writable } = require("node:stream");

// The provider's index.js requires all of its 2,139 modules at once, 1 to 2 s. Each is required when it is first used.

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

// jsii's launcher starts a second Node.js, and hands it every call and Python every answer: a tenth of a millisecond each
// way, for 3,000 calls. The program runs in the launcher's process instead, and what it prints goes to Python as ever.
const LAUNCHER = /[\\/]bin[\\/]jsii-runtime\.js$/;
const LAUNCHES = ".spawn)(process.execPath,";
const CHANNEL = "readFD:3,writeFD:3";
let program;

function launchInPlace(content, filename) {
  const launches = content.indexOf(LAUNCHES);
  const begin = content.lastIndexOf("const ", launches);
  const end = content.lastIndexOf("})();");
  const found = path.resolve(filename, "../../lib/program.js");
  if (launches < 0 || begin < 0 || end < launches || !fs.existsSync(found)) return content;
  if (!fs.readFileSync(found, "utf8").includes(CHANNEL)) return content;
  program = found;
  process.execArgv.push("--preserve-symlinks"); // as the launcher does: jsii links packages if it is there, else copies
  printToPython();
  return `${content.slice(0, begin)}require(${JSON.stringify(program)});${content.slice(end)}`;
}

function printToPython() {
  const write = process.stderr.write.bind(process.stderr);
  const printTo = (stream) => (chunk, encoding, done = encoding) =>
    write(`${JSON.stringify({ [stream]: Buffer.from(chunk).toString("base64") })}\n`, done);
  process.stderr.write = printTo("stderr");
  const stdout = new Writable({ write: printTo("stdout") });
  Object.defineProperty(process, "stdout", { get: () => stdout });
}

function replaced(content, filename) {
  if (LAUNCHER.test(filename)) return launchInPlace(content, filename);
  if (filename === program) return content.replace(CHANNEL, "readFD:0,writeFD:1");
  if (INDEX.test(filename)) return content.replace(EXPORT, ON_DEMAND);
  if (TRACE.test(filename) && content.includes("exports.captureStackTrace =")) return content + NO_TRACE;
  return STACK.test(filename) && content.includes("dependsOn(stack)") ? content + LINEAR : content;
}

const compile = Module.prototype._compile;
Module.prototype._compile = function (content, filename, ...rest) {
  return compile.call(this, replaced(content, filename), filename, ...rest);
};
