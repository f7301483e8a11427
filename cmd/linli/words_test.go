package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What the system refuses is said with the place and what to do.
func TestRefusalsInWords(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	empty := t.TempDir()
	must(t, 1, "/nowhere/a.backup 不存在", empty, "restore", "--from", "/nowhere/a.backup")
	must(t, 1, "读取密码文件: /nowhere/secret 不存在", empty, "backup", "--to", "x.backup", "--password-file", "/nowhere/secret")
	must(t, 1, file+" 不是目录", filepath.Join(file, "data"), "serve")
	must(t, 1, "没有密钥文件", empty, "doctor")

	// A start that failed leaves a folder that a backup can still be brought into.
	if err := os.WriteFile(filepath.Join(empty, "lock"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, 1, "/nowhere/a.backup 不存在", empty, "restore", "--from", "/nowhere/a.backup")

	// Keys without their database are no new installation.
	if err := os.WriteFile(filepath.Join(empty, "keys.json"), []byte(`{}`), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, 1, "数据在 PostgreSQL 时请设好 LINLI_DB", empty, "serve")
	if _, err := os.Stat(filepath.Join(empty, "linli.db")); !os.IsNotExist(err) {
		t.Errorf("a database was made beside the keys: %v", err)
	}
}

func TestAddressesInWords(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for setting, want := range map[string]string{
		"LINLI_ADDR=8080": `LINLI_ADDR 应为 地址:端口`, "LINLI_ADDR=192.0.2.1:8080": "不是本机的地址", "LINLI_METRICS=" + l.Addr().String(): "用 LINLI_METRICS 换一个",
		"LINLI_ADDR=127.0.0.1:99999": "应为 地址:端口",
	} {
		cmd := product(t.Context(), t.TempDir(), []string{"serve"}, setting)
		if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%s: %v\n%s", setting, err, out)
		}
	}
}
