package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"

	"linli/internal/app"
	"linli/internal/kit/fault"
)

// passwordCommand lets somebody in again who forgot the password or lost the
// telephone, when no administrator is left to do it on the page.
func passwordCommand(ctx context.Context, env environment, args []string) error {
	flags := flag.NewFlagSet("password", flag.ContinueOnError)
	about := "给一个账号新的初始密码，并解除它的动态验证码和锁定；管理员自己也登录不了时用。先停掉服务。不写登录名时列出管理员"
	if err := (usage{name: "password", args: "[登录名]", about: about, rest: true}).parse(env.out, flags, args); err != nil {
		return err
	}
	if flags.NArg() > 1 {
		return errors.New("只写一个登录名。用法见 linli password --help")
	}
	c, err := config(env)
	if err != nil {
		return err
	}
	there, err := app.Look(ctx, c) // an installation that is not there must not be made
	if err != nil {
		return err
	}
	if flags.NArg() == 0 {
		defer there.Close()
		return listAdmins(ctx, env.out, there)
	}
	there.Close()
	env.data = c.Dir
	a, unlock, err := open(ctx, env)
	if err != nil {
		return err
	}
	defer unlock()
	defer a.Close()
	who, secret, err := a.Rescue(ctx, flags.Arg(0))
	if errors.Is(err, fault.ErrNotFound) {
		return fmt.Errorf("没有登录名为 %s 的账号；linli password 列出管理员的登录名", flags.Arg(0))
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(env.out, "%s（%s）的新密码：%s\n登录后要先换成自己的密码。原来的登录、锁定和动态验证码都已解除，这次操作记入公司操作日志。现在可以启动服务了\n", who.Name, who.Login, secret)
	return err
}

func listAdmins(ctx context.Context, out io.Writer, a *app.App) error {
	list, err := a.Administrators(ctx)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(out, "还没有管理员：启动服务，用浏览器打开它，先做“首次使用”")
		return err
	}
	fmt.Fprintln(out, "系统管理员的登录名：")
	for _, x := range list {
		if _, err := fmt.Fprintf(out, "  %-16s %s\n", x.Login, x.Name); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintln(out, "停掉服务后，用 linli password 登录名 给其中一个新的初始密码")
	return err
}
