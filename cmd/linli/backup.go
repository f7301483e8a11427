package main

import (
	"context"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
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
	if err := (usage{name: "backup", args: "--to 文件或目录 [--password-file 文件]", about: "备份数据库、密钥和上传文件，可与运行中的服务同时进行"}).parse(env.out, flags, args); err != nil {
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
	if strings.HasSuffix(*to, "/") { // a folder was meant, also when it is not there yet
		if err := os.MkdirAll(target, 0o700); err != nil {
			return fmt.Errorf("建备份目录: %w", err)
		}
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
	drill := flags.Bool("drill", false, "演练：把最近的备份（或 --from 指定的）恢复到临时目录，检查后删掉，结果记在数据目录里")
	about := "把备份恢复到空的数据目录（LINLI_DATA；LINLI_DB 设了空的 PostgreSQL 时恢复到那里），或做一次恢复演练"
	if err := (usage{name: "restore", args: "--from 文件 [--password-file 文件] 或 --drill", about: about}).parse(env.out, flags, args); err != nil {
		return err
	}
	if *from == "" && !*drill {
		return errors.New("用法：LINLI_DATA=空目录 linli restore --from 文件 [--password-file 文件]，或 linli restore --drill")
	}
	secret, err := readPassword(*password)
	if err != nil {
		return err
	}
	c, err := config(env)
	if err != nil {
		return err
	}
	if *drill {
		return drillCommand(ctx, env, c, *from, secret)
	}
	m, found, err := app.Restore(ctx, c, *from, secret)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.out, "已恢复到 %s：%s 的备份，由版本 %s 写成\n", c.Dir, m.MadeAt.In(clock.Shanghai()).Format("2006-01-02 15:04:05"), m.Version)
	return report(env.out, found)
}

// drillCommand restores a backup aside, also beside the running server, and
// fails when that did not work or anything in it is broken.
func drillCommand(ctx context.Context, env environment, c app.Config, from, secret string) error {
	plan, err := backupPlan(c.Dir)
	if err != nil {
		return err
	}
	if c.Backup = plan; secret != "" {
		c.Backup.Password = secret
	}
	if plan.Dir == "" && from == "" {
		return errors.New("没有自动备份（LINLI_BACKUP_DIR=off），请用 --from 写明演练哪个备份文件")
	}
	if _, err := os.Stat(filepath.Join(c.Dir, "keys.json")); err != nil {
		return fmt.Errorf("%s 不是数据目录（没有 keys.json），请确认 LINLI_DATA 写对了", c.Dir)
	}
	if from != "" {
		if from, err = filepath.Abs(from); err != nil {
			return err
		}
	}
	d, err := app.Drill(ctx, c, from)
	if err != nil {
		return err
	}
	for _, f := range d.Found {
		fmt.Fprintln(env.out, f)
	}
	switch {
	case d.Problem != "":
		return fmt.Errorf("演练没有通过：%s", d.Problem)
	case len(d.Found) > 0:
		return fmt.Errorf("恢复出来的数据有 %d 处问题，已逐条列出", len(d.Found))
	}
	if d.Missing != "" {
		fmt.Fprintf(env.out, "只恢复到文件里检查过，没有恢复到 PostgreSQL：%s\n", d.Missing)
	}
	_, err = fmt.Fprintf(env.out, "演练通过：%s（%s 的备份）恢复后没有发现问题，用了 %d 秒\n", d.File, d.MadeAt.In(clock.Shanghai()).Format("2006-01-02 15:04:05"), d.Seconds)
	return err
}

// backupPlan reads when and where backups are made from the environment.
func backupPlan(dir string) (app.BackupPlan, error) {
	p := app.BackupPlan{Dir: setting("LINLI_BACKUP_DIR", filepath.Join(dir, "backups"))}
	if p.Dir == "off" {
		return app.BackupPlan{}, nil
	}
	var err error
	if p.Dir, err = filepath.Abs(p.Dir); err != nil {
		return p, err
	}
	for _, x := range []struct {
		name, fallback string
		least, most    int
		into           *int
	}{{"LINLI_BACKUP_HOUR", "3", 0, 23, &p.Hour}, {"LINLI_BACKUP_DAYS", "14", 1, 3650, &p.Keep}} {
		if *x.into, err = strconv.Atoi(setting(x.name, x.fallback)); err != nil || *x.into < x.least || *x.into > x.most {
			return p, fmt.Errorf("%s 应为 %d–%d 的整数", x.name, x.least, x.most)
		}
	}
	p.Password, err = readPassword(os.Getenv("LINLI_BACKUP_PASSWORD_FILE"))
	return p, err
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
