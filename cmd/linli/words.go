package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
	"unicode"

	"linli/internal/kit/fault"
)

// words is what a person reads of an error: the sentence where there is one,
// and of what the system refuses, the file and the reason.
func words(err error) string {
	if f := fault.As(err); f != nil {
		return f.Text
	}
	var at *fs.PathError
	if !errors.As(err, &at) {
		return err.Error()
	}
	why := reason(at.Err)
	if why == "" {
		return err.Error()
	}
	lead, ok := strings.CutSuffix(err.Error(), at.Error())
	if !ok || !strings.ContainsFunc(lead, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		lead = ""
	}
	return lead + at.Path + " " + why
}

// reason is why the system would not do something with a file.
func reason(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "不存在，请核对路径"
	case errors.Is(err, fs.ErrPermission):
		return "不让运行 linli 的用户读写，请改它的属主或权限（" + whoami() + "）"
	case errors.Is(err, syscall.ENOSPC):
		return "所在的磁盘满了，请腾出空间"
	case errors.Is(err, syscall.EROFS):
		return "所在的磁盘是只读的"
	case errors.Is(err, syscall.ENOTDIR):
		return "不是目录，请换一个"
	case errors.Is(err, syscall.EISDIR):
		return "是目录，要的是文件"
	}
	return ""
}

// whoami is the number of the user who runs this; a stripped system has no names.
func whoami() string { return fmt.Sprintf("现在的用户号是 %d", os.Geteuid()) }

// free says whether LINLI_ADDR can be taken, before work that would be in vain.
func free(addr string) error {
	l, err := listenOn("LINLI_ADDR", addr)
	if err != nil {
		return err
	}
	return l.Close()
}

// listenOn takes the address of a setting; when that cannot be, it says what to do.
func listenOn(setting, addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	var name *net.DNSError
	var shape *net.AddrError
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s 已被别的程序占用：先停掉它，或用 %s 换一个，例如 %[2]s=127.0.0.1:8090", addr, setting)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("没有权限监听 %s：1024 以下的端口要 root，请换一个，例如 %s=127.0.0.1:8090，外面用反向代理", addr, setting)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fmt.Errorf("%s 里的 %s 不是本机的地址，请写本机的，例如 127.0.0.1:8080 或 0.0.0.0:8080", setting, addr)
	case errors.As(err, &name), errors.As(err, &shape):
		return nil, fmt.Errorf("%s 应为 地址:端口，例如 127.0.0.1:8080，现在是 %q", setting, addr)
	}
	return nil, fmt.Errorf("监听 %s: %w", addr, err)
}
