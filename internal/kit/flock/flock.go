// Package flock lets one process at a time use a data folder. Kit.
package flock

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"linli/internal/kit/fault"
)

// ErrHeld says that another process uses the folder.
var ErrHeld = fault.New(fault.Conflict, "folder_held", "数据目录正被另一个 linli 使用，请先停掉它")

// Lock takes the lock file or fails at once when another process holds it.
// Error: ErrHeld. The operating system gives the lock back however the process ends.
func Lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock file: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, ErrHeld.Say("数据目录 %s 正被另一个 linli 使用，请先停掉它", filepath.Dir(path)).Because(err)
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return func() { f.Close() }, nil
}
