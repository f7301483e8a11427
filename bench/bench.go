// Package bench is what `linli bench` and `make bench` measure: the product's
// own commands, each beside the same work done bare in the same run, so that
// figures are ratios and not times of one machine. Top.
package bench

import (
	"bufio"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// peakMemory is the highest resident size of this process so far, in bytes; 0
// where the system does not tell.
func peakMemory() int64 { return statusOf(os.Getpid(), "VmHWM:") }

func statusOf(pid int, field string) int64 {
	f, err := os.Open("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), field); ok {
			kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			if err == nil {
				return kb * 1024
			}
		}
	}
	return 0
}

// cpuTime is what this process has had of all cores so far; 0 where the system
// does not tell.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// resetPeak starts a new reading of peakMemory.
func resetPeak() error {
	return os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200)
}

func p99(list []time.Duration) time.Duration {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[(len(list)*99)/100]
}

// residentMemory is the resident size of this process, in bytes.
func residentMemory() int64 { return statusOf(os.Getpid(), "VmRSS:") }
