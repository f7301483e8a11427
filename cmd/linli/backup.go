package main

import (
	"context"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"linli/internal/app"
	"linli/internal/kit/clock"
)

// config is the installation of the environment.
func config(env environment) (app.Config, error) {
	if env.data == "" {
		env.data = "data"
	}
	dir, err := filepath.Abs(env.data)
	return app.Config{Dir: dir, DSN: env.dsn, Clock: clock.System{}, Log: env.log, Version: version()}, err
}

// backupCommand writes a backup, also beside the running server.
func backupCommand(ctx context.Context, env environment, args []string) error {
	flags := flag.NewFlagSet("backup", flag.ContinueOnError)
	to := flags.String("to", "", "写到这个新文件；给目录时文件名为 linli-日期-时刻.backup")
	password := flags.String("password-file", "", "用这个文件第一行的密码加密")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *to == "" {
		return errors.New("用法：linli backup --to 文件或目录 [--password-file 文件]")
	}
	secret, err := readPassword(*password)
	if err != nil {
		return err
	}
	c, err := config(env)
	if err != nil {
		return err
	}
	target, err := filepath.Abs(*to)
	if err != nil {
		return err
	}
	if st, err := os.Stat(target); err == nil && st.IsDir() {
		target = filepath.Join(target, time.Now().In(clock.Shanghai()).Format("linli-20060102-150405.backup"))
	}
	m, found, err := app.Backup(ctx, c, target, secret)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.out, "已备份到 %s（上传文件 %d 个），已读回核对\n", target, m.Files)
	for _, h := range m.Heads {
		fmt.Fprintf(env.out, "操作日志 项目 %s 第 %d 条 %s\n", h.Project, h.Seq, hex.EncodeToString(h.MAC))
	}
	return report(env.out, found)
}

// restoreCommand brings a backup into an empty data folder.
func restoreCommand(ctx context.Context, env environment, args []string) error {
	flags := flag.NewFlagSet("restore", flag.ContinueOnError)
	from := flags.String("from", "", "备份文件")
	password := flags.String("password-file", "", "加密备份的密码在这个文件的第一行")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *from == "" {
		return errors.New("用法：LINLI_DATA=空目录 linli restore --from 文件 [--password-file 文件]")
	}
	secret, err := readPassword(*password)
	if err != nil {
		return err
	}
	c, err := config(env)
	if err != nil {
		return err
	}
	m, found, err := app.Restore(ctx, c, *from, secret)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.out, "已恢复到 %s：%s 的备份，由版本 %s 写成\n", c.Dir, m.MadeAt.In(clock.Shanghai()).Format("2006-01-02 15:04:05"), m.Version)
	return report(env.out, found)
}

// readPassword takes the first line of a file; on the command line every
// process of the machine could read it.
func readPassword(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("读取密码文件: %w", err)
	}
	line, _, _ := strings.Cut(string(raw), "\n")
	if line = strings.TrimRight(line, "\r"); len([]rune(line)) < 8 {
		return "", fmt.Errorf("密码文件 %s 的第一行至少要有 8 个字符", path)
	}
	return line, nil
}
