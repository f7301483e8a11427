package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"linli/internal/demo"
)

// simFile is where a simulator keeps its keys and books.
const simFile = "wechat-sim.json"

// simCommand starts a simulator alone, so that an installation of one's own can
// rehearse with it.
func simCommand(ctx context.Context, env environment, args []string) error {
	flags := flag.NewFlagSet("sim", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:8091", "地址")
	file := flags.String("file", simFile, "密钥和账本的文件，留空只放在内存里")
	if len(args) == 0 || args[0] != "wechat" {
		return errors.New("用法：linli sim wechat [--addr 127.0.0.1:8091] [--file 文件] [商户号…]")
	}
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	r, err := demo.Rehearse(ctx, *file, *addr, env.log)
	if err != nil {
		return err
	}
	for _, number := range flags.Args() {
		papers, err := r.Enrol(number)
		if err != nil {
			return err
		}
		fmt.Fprintln(env.out, papers)
	}
	fmt.Fprintf(env.out, "服务端设 LINLI_WECHAT=%s 即与它往来；付款人的页面也是这个地址\nready %s\n", r.Address, r.Address)
	return r.Wait()
}
