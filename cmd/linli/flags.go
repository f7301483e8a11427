package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// errHelped: the person asked how a command is used and was told; nothing failed.
var errHelped = errors.New("told how it is used")

// usage is how a command is called: what stands after its name, and what it does.
type usage struct {
	name, args, about string
	rest              bool // it takes words besides its flags
}

// parse reads the flags of a command. Asked for help it says in Chinese how the
// command is used, and answers errHelped; a word nobody knows is refused, never
// passed over.
func (u usage) parse(out io.Writer, flags *flag.FlagSet, args []string) error {
	flags.SetOutput(io.Discard)
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		if _, err := io.WriteString(out, u.text(flags)); err != nil {
			return err
		}
		return errHelped
	}
	if err != nil {
		said := err.Error()
		if name, ok := strings.CutPrefix(said, "flag provided but not defined: "); ok {
			said = "没有 " + name + " 这个选项"
		}
		return fmt.Errorf("%s。用法见 linli %s --help", said, u.name)
	}
	if !u.rest && flags.NArg() > 0 {
		return fmt.Errorf("多了“%s”。用法见 linli %s --help", strings.Join(flags.Args(), " "), u.name)
	}
	return nil
}

func (u usage) text(flags *flag.FlagSet) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n用法：linli %s", u.about, u.name)
	if u.args != "" {
		b.WriteString(" " + u.args)
	}
	b.WriteString("\n")
	flags.VisitAll(func(f *flag.Flag) {
		fmt.Fprintf(&b, "  --%-14s %s", f.Name, f.Usage)
		if f.DefValue != "" && f.DefValue != "false" {
			fmt.Fprintf(&b, "（不填为 %s）", f.DefValue)
		}
		b.WriteString("\n")
	})
	return b.String()
}
