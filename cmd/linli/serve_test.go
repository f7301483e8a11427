package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// mainEnv makes the test binary the product.
const mainEnv = "LINLI_TEST_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(mainEnv) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// process is `linli serve` on a folder.
type process struct {
	cmd    *exec.Cmd
	addr   string
	stderr bytes.Buffer
	left   chan error // how it ended
}

// product is a command of the product on a folder, with these settings and none
// of whoever runs the tests.
func product(ctx context.Context, dir string, args []string, settings ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	for _, s := range os.Environ() {
		if !strings.HasPrefix(s, "LINLI_") {
			cmd.Env = append(cmd.Env, s)
		}
	}
	cmd.Env = append(cmd.Env, mainEnv+"=1", "LINLI_ADDR=127.0.0.1:0", "LINLI_DATA="+dir)
	cmd.Env = append(cmd.Env, settings...)
	return cmd
}

func startServe(t *testing.T) (*process, string) {
	t.Helper()
	dir := t.TempDir()
	return serveOn(t, dir), dir
}

func serveOn(t *testing.T, dir string) *process {
	t.Helper()
	p := &process{cmd: product(t.Context(), dir, []string{"serve"}, "LINLI_LOG=INFO"), left: make(chan error, 1)}
	p.cmd.Stderr = &p.stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		p.cmd.Wait()
		t.Fatalf("serve: %v\n%s", err, p.stderr.String())
	}
	p.addr = strings.TrimPrefix(strings.TrimSpace(line), "ready http://")
	go func() { p.left <- p.cmd.Wait() }()
	t.Cleanup(func() { p.cmd.Process.Kill() })
	return p
}

func (p *process) call(t *testing.T, method, path, body string, header ...string) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, "http://"+p.addr+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func (p *process) dial(t *testing.T, text string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", p.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	if err := c.SetReadDeadline(time.Now().Add(60 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c
}

const setupBody = `{"company":"安居物业","name":"周敏","login":"zhoumin","password":"Kestrel-Nine-42"}`

// H6: a second process on the same folder is refused and disturbs nobody.
func TestOneProcessPerFolder(t *testing.T) {
	t.Parallel()
	p, dir := startServe(t)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	second := product(t.Context(), dir, []string{"serve"})
	var said bytes.Buffer
	second.Stderr = &said
	if err := second.Start(); err != nil {
		t.Fatal(err)
	}
	stop := context.AfterFunc(ctx, func() { second.Process.Kill() })
	err := second.Wait()
	stop()
	if code := second.ProcessState.ExitCode(); err == nil || code != 1 {
		t.Errorf("the second process ended with code %d", code)
	}
	if !strings.Contains(said.String(), "正被另一个 linli 使用") || !strings.Contains(said.String(), dir) {
		t.Errorf("the second process said: %s", said.String())
	}
	if status, _ := p.call(t, "GET", "/healthz", ""); status != 200 {
		t.Errorf("the first process answers %d", status)
	}
	p.cmd.Process.Kill()
	<-p.left
	third := product(t.Context(), dir, []string{"serve"})
	out, err := third.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := third.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if !strings.HasPrefix(line, "ready ") {
		t.Errorf("after a kill the folder stays locked: %q %v", line, err)
	}
	third.Process.Kill()
	third.Wait()
}

// A request that runs when the server is asked to end is answered; then the
// server leaves with 0.
func TestEndLetsRequestsFinish(t *testing.T) {
	t.Parallel()
	p, _ := startServe(t)
	half := len(setupBody) / 2
	c := p.dial(t, fmt.Sprintf("POST /api/v1/setup HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n%s", len(setupBody), setupBody[:half]))
	in := bufio.NewReader(c)
	if res, err := http.ReadResponse(in, nil); err != nil || res.StatusCode != http.StatusContinue { // the handler waits for the body now
		t.Fatalf("the body is not asked for: %+v, %v", res, err)
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	refused := false
	for end := time.Now().Add(20 * time.Second); !refused && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		n, err := net.Dial("tcp", p.addr)
		if refused = err != nil; !refused {
			n.Close()
		}
	}
	if !refused {
		t.Error("a server that ends takes new connections")
	}
	if _, err := io.WriteString(c, setupBody[half:]); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatalf("the running request was not answered: %v", err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	if res.StatusCode/100 != 2 {
		t.Errorf("the running request was answered %d %s", res.StatusCode, b)
	}
	select {
	case err := <-p.left:
		if err != nil {
			t.Errorf("the server left with %v: %s", err, p.stderr.String())
		}
	case <-time.After(60 * time.Second):
		t.Error("the server does not end")
	}
}

// G22: who sends headers slowly, or too many, is closed.
func TestSlowAndLargeHeaders(t *testing.T) {
	t.Parallel()
	p, _ := startServe(t)
	began := time.Now()
	c := p.dial(t, "GET /healthz HTTP/1.1\r\nHost: x\r\n")
	stop := make(chan struct{})
	var drip sync.WaitGroup
	drip.Go(func() { // a byte now and then does not help
		for {
			select {
			case <-stop:
				return
			case <-time.After(500 * time.Millisecond):
				io.WriteString(c, "X")
			}
		}
	})
	answer, err := io.ReadAll(c)
	close(stop)
	drip.Wait()
	if took := time.Since(began); took > 30*time.Second || bytes.Contains(answer, []byte(" 200 ")) {
		t.Errorf("slow headers were let in for %v: %s (%v)", took, answer, err)
	}
	res, err := http.ReadResponse(bufio.NewReader(p.dial(t, "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: "+strings.Repeat("a", 64<<10)+"\r\n\r\n")), nil)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("64 KiB of headers: %d", res.StatusCode)
	}
}

// G22: many idle connections and many logins at once do not keep others out.
func TestCrowd(t *testing.T) {
	t.Parallel()
	p, _ := startServe(t)
	if status, body := p.call(t, "POST", "/api/v1/setup", setupBody); status/100 != 2 {
		t.Fatalf("setup: %d %s", status, body)
	}
	for range 300 {
		p.dial(t, "")
	}
	var logins sync.WaitGroup
	var mu sync.Mutex
	seen := map[int]int{}
	for i := range 120 {
		logins.Go(func() {
			status, _ := p.call(t, "POST", "/api/v1/session", fmt.Sprintf(`{"login":"nobody%d","password":"Kestrel-Nine-42"}`, i))
			mu.Lock()
			seen[status]++
			mu.Unlock()
		})
	}
	for range 5 {
		began := time.Now()
		if status, _ := p.call(t, "GET", "/healthz", ""); status != 200 {
			t.Errorf("health: %d", status)
		}
		if took := time.Since(began); took > 15*time.Second {
			t.Errorf("health took %v while many signed in", took)
		}
	}
	logins.Wait()
	for status, n := range seen {
		if status != 401 && status != 429 && status != 503 {
			t.Errorf("%d logins were answered %d", n, status)
		}
	}
	if seen[429]+seen[503] == 0 {
		t.Errorf("no login of 120 at once was put off: %v", seen)
	}
	if kb := p.peak(t); kb > 400<<10 {
		t.Errorf("logins took %d MiB", kb>>10)
	}
}

// G21: a small body that would unpack to much is refused, not unpacked.
func TestPackedBody(t *testing.T) {
	t.Parallel()
	p, _ := startServe(t)
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	block := bytes.Repeat([]byte(" "), 1<<20)
	for range 256 {
		if _, err := z.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	z.Close()
	before := p.peak(t)
	for _, c := range []struct {
		name, body string
		header     []string
		want       int
	}{
		{"gzip", bomb.String(), []string{"Content-Encoding", "gzip"}, 415},
		{"deflate", bomb.String(), []string{"Content-Encoding", "deflate"}, 415},
		{"gzip unsaid", bomb.String(), nil, 400},
		{"text", "x=1", []string{"Content-Type", "text/plain"}, 415},
		{"too large", `{"login":"` + strings.Repeat("a", 2<<20) + `"}`, nil, 413},
	} {
		if status, body := p.call(t, "POST", "/api/v1/session", c.body, c.header...); status != c.want {
			t.Errorf("%s: %d %.200s", c.name, status, body)
		}
	}
	if grown := p.peak(t) - before; grown > 64<<10 {
		t.Errorf("refusing took %d MiB", grown>>10)
	}
}

// G15: what a client says about where it comes from or who it is counts for
// nothing.
func TestForwardedHeadersCountNothing(t *testing.T) {
	t.Parallel()
	p, _ := startServe(t)
	lies := []string{"X-Forwarded-For", "203.0.113.7", "X-Real-IP", "203.0.113.7", "Forwarded", "for=203.0.113.7",
		"True-Client-IP", "203.0.113.7", "X-WEBAUTH-USER", "zhoumin", "X-Forwarded-User", "zhoumin", "X-Forwarded-Host", "evil.example"}
	if status, body := p.call(t, "POST", "/api/v1/setup", setupBody, lies...); status/100 != 2 {
		t.Fatalf("setup: %d %s", status, body)
	}
	if status, _ := p.call(t, "GET", "/api/v1/session", "", lies...); status != 401 {
		t.Errorf("a header signs in: %d", status)
	}
	status, body := p.call(t, "POST", "/api/v1/session", `{"login":"zhoumin","password":"Kestrel-Nine-42","bearer":true}`, lies...)
	_, token, _ := strings.Cut(body, `"token":"`)
	token, _, _ = strings.Cut(token, `"`)
	if status/100 != 2 || token == "" {
		t.Fatalf("sign in: %d %s", status, body)
	}
	status, body = p.call(t, "GET", "/api/v1/audit", "", append(lies, "Authorization", "Bearer "+token)...)
	if status != 200 || !strings.Contains(body, "127.0.0.1") || strings.Contains(body, "203.0.113.7") {
		t.Errorf("the log took over an address: %d %s", status, body)
	}
	p.forgesNoLine(t)
}

// forgesNoLine is E8: what a client sends stays inside the line of the log that
// tells of it, escaped.
func (p *process) forgesNoLine(t *testing.T) {
	t.Helper()
	const forged = `%0D%0A%7B%22level%22:%22ERROR%22,%22msg%22:%22forged%22%7D%0A%1B%5B31m`
	p.call(t, "GET", "/api/v1/"+forged, "")
	p.call(t, "POST", "/api/v1/session", `{"login":"a\r\n{\"msg\":\"forged\"}\u001b[31m","password":"x"}`)
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.left:
	case <-time.After(60 * time.Second):
		t.Fatal("the server does not end")
	}
	told := false
	for line := range strings.Lines(p.stderr.String()) {
		var row struct{ Msg, Path string }
		if err := json.Unmarshal([]byte(line), &row); err != nil || row.Msg == "forged" || strings.ContainsRune(line, '\x1b') {
			t.Errorf("a line of the log: %q, %v", line, err)
		}
		told = told || strings.Contains(row.Path, "forged") && strings.Contains(line, `\r\n`)
	}
	if !told {
		t.Errorf("the request is not in the log: %s", p.stderr.String())
	}
}

// peak is the most memory the process has had, in KiB; 0 where there is no
// /proc.
func (p *process) peak(t *testing.T) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, line, _ := strings.Cut(string(b), "VmHWM:")
	line, _, _ = strings.Cut(line, "\n")
	n, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(line), "kB")))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
