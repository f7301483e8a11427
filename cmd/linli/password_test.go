package main

import (
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The only administrator cannot come in any more: with the server stopped a
// command gives a new password, which has to be replaced first.
func TestPasswordFromTheServer(t *testing.T) {
	t.Parallel()
	p, dir := startServe(t)
	must(t, 0, "还没有管理员", dir, "password")
	if status, body := p.call(t, "POST", "/api/v1/setup", setupBody); status/100 != 2 {
		t.Fatalf("setup: %d %s", status, body)
	}
	must(t, 0, "zhoumin", dir, "password")
	must(t, 1, "正被另一个 linli 使用", dir, "password", "zhoumin")
	p.cmd.Process.Signal(os.Interrupt)
	<-p.left
	must(t, 1, "没有登录名为 nobody 的账号", dir, "password", "nobody")
	code, said := run(t, dir, "password", "zhoumin")
	found := regexp.MustCompile(`新密码：(\S+)`).FindStringSubmatch(said)
	if code != 0 || found == nil {
		t.Fatalf("%d %s", code, said)
	}
	again := serveOn(t, dir)
	body := `{"login":"zhoumin","password":"` + found[1] + `","bearer":true}`
	status, text := again.call(t, "POST", "/api/v1/session", body)
	token := regexp.MustCompile(`"token":"([^"]+)"`).FindStringSubmatch(text)
	if status != 200 || token == nil {
		t.Fatalf("%d %s", status, text)
	}
	if status, text = again.call(t, "GET", "/api/v1/session", "", "Authorization", "Bearer "+token[1]); status != 200 || !strings.Contains(text, `"due":"given"`) {
		t.Errorf("%d %s", status, text)
	}
	empty := t.TempDir()
	must(t, 1, "没有密钥文件", empty, "password", "zhoumin")
	if there, err := os.ReadDir(empty); err != nil || len(there) > 0 {
		t.Errorf("an installation was begun: %v %v", there, err)
	}
}

// A setting that cannot be meant stops the program with words, and one that
// nobody knows is named.
func TestSettingsAreChecked(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0") // so that serve ends by itself
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for setting, want := range map[string]string{
		"LINLI_TLS=true": "LINLI_TLS 应为 1", "LINLI_LOG=LOUD": "LINLI_LOG 应为 DEBUG", "LINLI_URL=wy.example.cn": "LINLI_URL 应为 https://",
		"LINLI_SMS=127.0.0.1:8092": "LINLI_SMS 应为 https://", "LINLI_DB=mysql://x": "LINLI_DB 应为 postgres://", "LINLI_PORT=8090": "没有 LINLI_PORT 这个设置", "LINLI_TLS=1": "已被别的程序占用",
	} {
		cmd := product(t.Context(), t.TempDir(), []string{"serve"}, "LINLI_ADDR="+l.Addr().String(), setting)
		if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%s: %v\n%s", setting, err, out)
		}
	}
}

// A target that ends with a slash is a folder, also when it is not there yet.
func TestBackupIntoANewFolder(t *testing.T) {
	t.Parallel()
	_, dir := startServe(t)
	shelf := filepath.Join(t.TempDir(), "shelf", "2026")
	must(t, 0, "已读回核对", dir, "backup", "--to", shelf+"/")
	must(t, 1, "不是数据目录", t.TempDir(), "restore", "--drill")
	if made, err := filepath.Glob(filepath.Join(shelf, "linli-*.backup")); err != nil || len(made) != 1 {
		t.Errorf("made %v %v", made, err)
	}
}
