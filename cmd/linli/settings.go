package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"slices"
	"strings"
)

// settings are the variables of the environment, as docs/ops.md explains them.
func settings() [][2]string {
	return [][2]string{
		{"LINLI_ADDR", "监听的地址和端口（127.0.0.1:8080）"},
		{"LINLI_DATA", "数据目录：数据库、密钥、上传的文件（serve 为 ./data，demo 为 ./data-demo）"},
		{"LINLI_DB", "PostgreSQL 地址 postgres://…（留空用数据目录里的 SQLite）"},
		{"LINLI_URL", "外面访问本系统的地址，如 https://wy.example.cn；线上收款和缴费二维码要用"},
		{"LINLI_TLS", "前面有 TLS 反向代理时设 1"},
		{"LINLI_TRUSTED_PROXIES", "前面的反向代理的地址或网段，如 127.0.0.1/32,10.0.0.0/8（留空则转来的客户端地址都不信）"},
		{"LINLI_LOG", "日志级别 DEBUG、INFO、WARN、ERROR（WARN）"},
		{"LINLI_OUTBOUND_ALLOW", "邮件服务器、开票平台可以在内网的哪些地址，如 10.1.2.3,192.168.5.0/24（留空则只连外网）"},
		{"LINLI_METRICS", "Prometheus 指标的地址（留空则没有）"},
		{"LINLI_BACKUP_DIR", "自动备份的目录（数据目录下的 backups；off 为不备份）"},
		{"LINLI_BACKUP_HOUR", "每天几点以后备份（3）"},
		{"LINLI_BACKUP_DAYS", "备份保留几天（14）"},
		{"LINLI_BACKUP_PASSWORD_FILE", "加密备份用的密码文件（留空不加密）"},
		{"LINLI_WECHAT", "微信支付的主机（留空为官方，演练时填模拟器；下面三个同样）"},
		{"LINLI_ALIPAY", "支付宝的主机"},
		{"LINLI_SMS", "阿里云短信的主机"},
		{"LINLI_TENCENT_SMS", "腾讯云短信的主机"},
	}
}

// unknownSettings names the variables that nobody reads: most are misspelt.
func unknownSettings(environ []string) []string {
	var out []string
	for _, line := range environ {
		name, _, _ := strings.Cut(line, "=")
		known := slices.ContainsFunc(settings(), func(s [2]string) bool { return s[0] == name })
		if strings.HasPrefix(name, "LINLI_") && !known && !strings.HasPrefix(name, "LINLI_SIM_") && !strings.HasPrefix(name, "LINLI_TEST_") {
			out = append(out, name)
		}
	}
	return out
}

// checkSettings refuses values that cannot be meant: a slip must not leave the
// server running otherwise than it was told.
func checkSettings() error {
	for _, s := range settings() {
		name, value := s[0], os.Getenv(s[0])
		if value == "" {
			continue
		}
		switch name {
		case "LINLI_TLS":
			if value != "0" && value != "1" {
				return fmt.Errorf("LINLI_TLS 应为 1（前面有 TLS 反向代理）或 0，现在是 %q", value)
			}
		case "LINLI_DB":
			if !strings.HasPrefix(value, "postgres://") && !strings.HasPrefix(value, "postgresql://") {
				return errors.New("LINLI_DB 应为 postgres://用户:密码@主机/数据库；用 SQLite 请留空")
			}
		case "LINLI_LOG":
			if new(slog.Level).UnmarshalText([]byte(value)) != nil {
				return fmt.Errorf("LINLI_LOG 应为 DEBUG、INFO、WARN 或 ERROR，现在是 %q", value)
			}
		case "LINLI_URL", "LINLI_WECHAT", "LINLI_ALIPAY", "LINLI_SMS", "LINLI_TENCENT_SMS":
			if u, err := url.Parse(value); err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
				return fmt.Errorf("%s 应为 https:// 或 http:// 开头的地址，现在是 %q", name, value)
			}
		}
	}
	return nil
}
