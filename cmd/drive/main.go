// Command drive tests a built linli under kill -9 and a bad network and holds
// what everybody was told against the books. It is no part of the product, so
// that the product carries neither its proxy nor its ways to kill.
//
//	drive run --bin bin/linli --dir folder [--db postgres://…] [--for 1m]
//	drive morning --dir folder [--db postgres://…]
//	drive verify --dir folder [--db postgres://…]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"linli/drive"
	"linli/internal/app"
	"linli/internal/kit/clock"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := errors.New("usage: drive run|morning|verify --dir folder [--db postgres://…]")
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "run":
			err = run(ctx, os.Args[2:], os.Stdout)
		case "morning":
			err = morning(ctx, os.Args[2:])
		case "verify":
			err = verify(ctx, os.Args[2:], os.Stdout)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "drive:", err)
		stop()
		os.Exit(1)
	}
}

const journalName = "journal.jsonl"

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	bin := flags.String("bin", "bin/linli", "the product")
	dir := flags.String("dir", "", "an empty folder for data, journal and log")
	dsn := flags.String("db", "", "address of an empty PostgreSQL database; empty for SQLite")
	long := flags.Duration("for", time.Minute, "how long it is bad")
	people := flags.Int("people", 8, "how many work at once")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *dir == "" {
		return errors.New("--dir is missing")
	}
	if err := os.MkdirAll(drive.DataDir(*dir), 0o700); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	journal, err := os.Create(filepath.Join(*dir, journalName))
	if err != nil {
		return fmt.Errorf("make journal: %w", err)
	}
	defer journal.Close()
	log, err := os.Create(filepath.Join(*dir, "log"))
	if err != nil {
		return fmt.Errorf("make log: %w", err)
	}
	defer log.Close()
	product, err := filepath.Abs(*bin)
	if err != nil {
		return err
	}
	said, err := drive.Run(ctx, drive.Options{Bin: product, Dir: *dir, DSN: *dsn, For: *long, People: *people, Journal: journal, Log: log})
	if said != "" {
		fmt.Fprintln(out, said)
	}
	return err
}

// read reads the journal of a drive.
func read(dir string) ([]drive.Entry, error) {
	f, err := os.Open(filepath.Join(dir, journalName))
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	defer f.Close()
	return drive.ReadJournal(f)
}

// morning goes on with what run has left, and with its journal.
func morning(ctx context.Context, args []string) error {
	dir, dsn, err := where("morning", args)
	if err != nil {
		return err
	}
	journal, err := read(dir)
	if err != nil {
		return err
	}
	add := func(name string) (*os.File, error) {
		return os.OpenFile(filepath.Join(dir, name), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	}
	out, err := add(journalName)
	if err != nil {
		return fmt.Errorf("open journal: %w", err)
	}
	defer out.Close()
	log, err := add("log")
	if err != nil {
		return fmt.Errorf("open log: %w", err)
	}
	defer log.Close()
	return drive.Morning(ctx, drive.Options{Dir: dir, DSN: dsn, Journal: out, Log: log}, journal)
}

func where(command string, args []string) (dir, dsn string, err error) {
	flags := flag.NewFlagSet(command, flag.ContinueOnError)
	flags.StringVar(&dir, "dir", "", "folder of the drive")
	flags.StringVar(&dsn, "db", "", "address of its PostgreSQL database; empty for SQLite")
	return dir, dsn, flags.Parse(args)
}

// verify knows the journal and the database, and nothing of the drive. It looks
// at them with the clock of the last morning.
func verify(ctx context.Context, args []string, out io.Writer) error {
	dir, dsn, err := where("verify", args)
	if err != nil {
		return err
	}
	journal, err := read(dir)
	if err != nil {
		return err
	}
	a, err := app.Look(ctx, app.Config{Dir: drive.DataDir(dir), DSN: dsn, Clock: clock.NewManual(drive.Until(journal)), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer a.Close()
	books, err := drive.ReadBooks(ctx, a, journal)
	if err != nil {
		return err
	}
	found := drive.Verify(journal, books)
	for _, text := range found {
		fmt.Fprintln(out, text)
	}
	if len(found) > 0 {
		return fmt.Errorf("%d things are wrong", len(found))
	}
	if said := drive.Thin(journal); said != "" {
		return errors.New(said)
	}
	_, err = fmt.Fprintf(out, "%s: nothing lost, doubled or forged\n", drive.Tally(journal, books))
	return err
}
