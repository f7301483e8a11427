package main

import (
	"net"
	"os"
	"regexp"
	"strings"
	"testing"
)

// The stranger's first words: help is answered on the standard output and is no
// failure; what nobody knows is named and refused.
func TestHelp(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		args []string
		code int
		want string // pattern
	}{
		{nil, 0, `用法：linli <命令>`},
		{[]string{"help"}, 0, `LINLI_DATA `},
		{[]string{"--help"}, 0, `serve .*首次使用`},
		{[]string{"--version"}, 0, `^linli \d`},
		{[]string{"serv"}, 2, `没有“serv”这个命令`},
		{[]string{"serve", "--help"}, 0, `用法：linli serve`},
		{[]string{"serve", "8080"}, 1, `多了“8080”.*linli serve --help`},
		{[]string{"serve", "--port", "1"}, 1, `没有 -port 这个选项.*linli serve --help`},
		{[]string{"demo", "-h"}, 0, `--small `},
		{[]string{"backup", "--help"}, 0, `用法：linli backup --to`},
		{[]string{"restore", "--help"}, 0, `--drill `},
		{[]string{"doctor", "--help"}, 0, `--quick `},
		{[]string{"sim", "--help"}, 0, `linli sim wechat`},
		{[]string{"sim", "mail", "--help"}, 0, `--addr .*不填为 127.0.0.1:8025`},
		{[]string{"sim", "wechat", "--help"}, 0, `用法：linli sim wechat`},
		{[]string{"bench", "--help"}, 0, `linli bench billing`},
		{[]string{"bench", "lists", "--help"}, 0, `--rooms .*不填为 100000`},
	} {
		t.Run(strings.Join(tc.args, " "), func(t *testing.T) {
			t.Parallel()
			code, said := run(t, t.TempDir(), tc.args...)
			if code != tc.code || !regexp.MustCompile(tc.want).MatchString(said) {
				t.Errorf("ended with %d, want %d and %s:\n%s", code, tc.code, tc.want, said)
			}
			for _, foreign := range []string{"Usage of", "flag: help requested", "flag provided"} {
				if strings.Contains(said, foreign) {
					t.Errorf("says %q:\n%s", foreign, said)
				}
			}
		})
	}
}

// Every variable that the program reads stands in its help and in docs/ops.md.
func TestVariablesAreExplained(t *testing.T) {
	t.Parallel()
	ops, err := os.ReadFile("../../docs/ops.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range settings() {
		if !strings.Contains(string(ops), "`"+s[0]) {
			t.Errorf("docs/ops.md does not explain %s", s[0])
		}
	}
	for _, file := range []string{"main.go", "backup.go", "serve.go"} {
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range regexp.MustCompile(`etting\("(LINLI_\w+)"|Getenv\("(LINLI_\w+)"`).FindAllStringSubmatch(string(code), -1) {
			if n := name[1] + name[2]; !strings.Contains(help(), n+" ") {
				t.Errorf("linli help does not explain %s", n)
			}
		}
	}
}

// An address that is taken is named with the way out, before anything is made.
func TestAddressIsTaken(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, command := range []string{"serve", "demo"} {
		dir := t.TempDir()
		out, err := product(t.Context(), dir, []string{command}, "LINLI_ADDR="+l.Addr().String()).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "已被别的程序占用") {
			t.Errorf("linli %s: %v\n%s", command, err, out)
		}
		if made, err := os.ReadDir(dir); err != nil || len(made) != 0 {
			t.Errorf("linli %s made %v (%v)", command, made, err)
		}
	}
}
