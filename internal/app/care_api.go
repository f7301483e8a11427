package app

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
	"linli/internal/kit/web"
)

type careWarning struct {
	Code string `json:"code" doc:"backup_off、backup_failed、backup_old、backup_same_disk、backup_found、drill_never、drill_old、drill_failed、drill_part、disk_low、jobs_dead"`
	Bad  bool   `json:"bad" doc:"要马上处理"`
	Text string `json:"text" doc:"发生了什么，接下来怎么办"`
}

type careBackup struct {
	File string    `json:"file"`
	Size int64     `json:"size" doc:"字节"`
	At   time.Time `json:"at"`
}

type careDrill struct {
	At      time.Time `json:"at"`
	File    string    `json:"file"`
	OK      bool      `json:"ok" doc:"恢复成功，检查没有发现问题"`
	Seconds int       `json:"seconds" doc:"用了几秒"`
	Problem string    `json:"problem" doc:"为什么没能恢复"`
	Found   []string  `json:"found" nullable:"false" doc:"恢复后检查发现的问题"`
}

type careJob struct {
	ID       id.ID     `json:"id"`
	Kind     string    `json:"kind"`
	Name     string    `json:"kind_name"`
	Error    string    `json:"error" doc:"最后一次的错误"`
	Attempts int       `json:"attempts"`
	Made     time.Time `json:"created_at"`
	Died     time.Time `json:"gave_up_at"`
}

type careBody struct {
	Version   string        `json:"version"`
	Engine    string        `json:"engine" enum:"sqlite,postgres"`
	Started   time.Time     `json:"started_at"`
	DiskFree  int64         `json:"disk_free" doc:"数据目录所在磁盘的剩余空间，字节"`
	DiskTotal int64         `json:"disk_total"`
	Folder    string        `json:"backup_folder" doc:"空则没有设置自动备份"`
	Hour      int           `json:"backup_hour" doc:"每天几点备份"`
	Keep      int           `json:"backup_days" doc:"保留几天"`
	Sealed    bool          `json:"backup_sealed" doc:"备份已加密"`
	Problem   string        `json:"backup_problem" doc:"最近一次备份为什么失败，成功则为空"`
	Backups   []careBackup  `json:"backups" nullable:"false" doc:"备份目录里的备份，新的在前"`
	Making    bool          `json:"backup_running"`
	Drill     *careDrill    `json:"drill,omitempty" doc:"最近一次恢复演练，没有做过则缺"`
	Drilling  bool          `json:"drill_running"`
	Jobs      []careJob     `json:"dead_jobs" nullable:"false" doc:"多次失败后停下来的后台任务"`
	Warnings  []careWarning `json:"warnings" nullable:"false" doc:"需要管理员处理的事"`
}

type careOutput struct{ Body careBody }

// Routes registers what the administrator does for the installation.
func (k *care) Routes(w *web.Server) {
	op := func(name, method, path, summary string, status int) web.Op {
		return web.Op{ID: name, Method: method, Path: "/care" + path, Summary: summary, Tag: "care", Permission: PermCare, Status: status}
	}
	web.Handle(w, op("read-care", "GET", "", "系统维护：备份、恢复演练、磁盘、停下来的任务", 0), k.read)
	web.Handle(w, op("start-backup", "POST", "/backups", "现在做一次备份", 202), k.startBackup)
	web.Handle(w, op("start-drill", "POST", "/drills", "恢复演练：把最近的备份恢复到临时目录并检查", 202), k.startDrill)
	web.Handle(w, op("retry-job", "POST", "/jobs/{job}/retry", "把停下来的后台任务再做一次", 204), k.retry)
}

type startedOutput struct {
	Body struct {
		Running bool `json:"running"`
	}
}

func (k *care) startBackup(ctx context.Context, who actor.Actor, _ *struct{}) (*startedOutput, error) {
	out := &startedOutput{}
	out.Body.Running = true
	return out, k.ask(ctx, who, jobBackup, "手动备份")
}

func (k *care) startDrill(ctx context.Context, who actor.Actor, _ *struct{}) (*startedOutput, error) {
	out := &startedOutput{}
	out.Body.Running = true
	return out, k.ask(ctx, who, jobDrill, "恢复演练")
}

func (k *care) retry(ctx context.Context, who actor.Actor, in *struct {
	Job id.ID `path:"job"`
}) (*struct{}, error) {
	return nil, k.db.Write(ctx, func(tx *db.Tx) error {
		k.audit.Record(tx, audit.Entry{Who: who, Action: "care.job_retried", Kind: "job", Subject: in.Job, Summary: "后台任务再做一次"})
		return k.jobs.Retry(ctx, tx, in.Job)
	})
}

func (k *care) read(ctx context.Context, _ actor.Actor, _ *struct{}) (*careOutput, error) {
	s, err := k.state(ctx)
	if err != nil {
		return nil, err
	}
	p := k.c.Backup
	b := careBody{Version: k.c.Version, Engine: string(k.db.Engine()), Started: s.shown(k.started), DiskFree: s.disk.Free, DiskTotal: s.disk.Total,
		Folder: p.Dir, Hour: p.Hour, Keep: p.Keep, Sealed: p.Password != "", Making: s.making, Drilling: s.drilling,
		Backups: []careBackup{}, Jobs: []careJob{}, Warnings: s.warnings(k)}
	if s.made != nil {
		b.Problem = s.made.Problem
	}
	for _, x := range s.backups {
		b.Backups = append(b.Backups, careBackup{x.File, x.Size, s.shown(x.At)})
	}
	if d := s.drill; d != nil {
		b.Drill = &careDrill{At: s.shown(d.At), File: d.File, OK: d.OK(), Seconds: d.Seconds, Problem: d.Problem, Found: d.Found}
	}
	for _, l := range s.dead {
		b.Jobs = append(b.Jobs, careJob{l.ID, l.Kind, kindName(l.Kind), l.Error, l.Attempts, s.shown(l.Made), s.shown(l.Died)})
	}
	return &careOutput{b}, nil
}

// kindName says in words what a job does.
func kindName(kind string) string {
	names := map[string]string{jobBackup: "备份", jobDrill: "恢复演练", "billing.generate": "出账：生成应收", "billing.release": "出账：发布",
		"billing.withdraw": "出账：撤回", "estate.check": "导入：检查", "estate.apply": "导入：写入", "file.export": "生成导出文件",
		"identity.recover": "找回密码：发验证码", "invoice.issue": "开票", "invoice.file": "下载发票文件", "notify.send": "发送消息",
		"notify.receipt": "查短信有没有送达", "notify.unread": "站内消息没打开改发短信或邮件", "payment.announce": "向支付渠道下单",
		"payment.announce_phone": "向支付渠道下单（手机）", "payment.look": "向支付渠道查结果", "payment.close": "关闭线上收款", "payment.scan": "扫码收款",
		"payment.reverse": "撤销扫码收款", "payment.apply": "处理支付通知", "payment.refund": "原路退款", "payment.reconcile": "渠道对账",
		"correction.batch": "补差：一批房屋", "deduct.prepaid": "预存自动抵扣", "dunning.push": "推送账单", "dunning.remind": "发催缴提醒"}
	if n, ok := names[kind]; ok {
		return n
	}
	return kind
}

// condition is how the installation stands.
type condition struct {
	now              time.Time
	disk             Disk
	backups          []Stored
	made             *Made
	drill            *Drilled
	dead             []job.Letter
	making, drilling bool
}

func (*condition) shown(t time.Time) time.Time { return t.In(clock.Shanghai()) }

func (k *care) state(ctx context.Context) (*condition, error) {
	s := &condition{now: k.db.Clock().Now(), backups: []Stored{}}
	q := k.db.Reader(ctx)
	var err error
	if s.disk, err = diskOf(k.c.Dir); err != nil {
		return nil, err
	}
	if k.c.Backup.Dir != "" {
		if s.backups, err = Backups(k.c.Backup.Dir); err != nil {
			return nil, err
		}
	}
	if s.made, err = readNote[Made](k.c.Dir, backupNote); err != nil {
		return nil, err
	}
	if s.drill, err = readNote[Drilled](k.c.Dir, drillNote); err != nil {
		return nil, err
	}
	if s.dead, err = k.jobs.Dead(ctx, 100); err != nil {
		return nil, err
	}
	if s.making, err = k.jobs.Pending(ctx, q, jobBackup); err != nil {
		return nil, err
	}
	s.drilling, err = k.jobs.Pending(ctx, q, jobDrill)
	return s, err
}

const (
	backupOld = 50 * time.Hour // two days and what a backup may take
	drillOld  = 30 * 24 * time.Hour
)

// warnings are what the administrator must know, the worst first.
func (s *condition) warnings(k *care) []careWarning {
	out := []careWarning{}
	add := func(code string, bad bool, format string, args ...any) {
		out = append(out, careWarning{code, bad, fmt.Sprintf(format, args...)})
	}
	if s.disk.low() {
		add("disk_low", true, "数据所在的磁盘只剩 %d MB，写满后就不能收款，请清理或扩容", s.disk.Free>>20)
	}
	p := k.c.Backup
	switch {
	case p.Dir == "":
		add("backup_off", true, "没有设置自动备份，请在启动参数里设置 LINLI_BACKUP_DIR")
	case s.made != nil && s.made.Problem != "":
		add("backup_failed", true, "最近一次备份失败：%s", s.made.Problem)
	case len(s.backups) == 0 && s.now.Sub(k.started) > backupOld, len(s.backups) > 0 && s.now.Sub(s.backups[0].At) > backupOld:
		add("backup_old", true, "已经两天没有新的备份，请看看下面有没有停下来的任务")
	}
	if s.made != nil && len(s.made.Found) > 0 {
		add("backup_found", true, "备份时检查发现 %d 处问题，请运行 linli doctor：%s", len(s.made.Found), s.made.Found[0])
	}
	if s.drill != nil && !s.drill.OK() {
		add("drill_failed", true, "最近一次恢复演练没有通过：%s", strings.Join(append(nonEmpty(s.drill.Problem), s.drill.Found...), "；"))
	}
	if len(s.dead) > 0 {
		add("jobs_dead", true, "有 %d 个后台任务多次失败后停下来了", len(s.dead))
	}
	switch {
	case p.Dir == "":
	case s.drill == nil:
		add("drill_never", false, "还没有做过恢复演练，只有恢复过的备份才可靠")
	case s.now.Sub(s.drill.At) > drillOld:
		add("drill_old", false, "上一次恢复演练是 %d 天前，请再做一次", int(s.now.Sub(s.drill.At).Hours()/24))
	}
	if s.drill != nil && s.drill.Missing != "" {
		add("drill_part", false, "恢复演练只恢复到文件里检查过，没有恢复到 PostgreSQL：%s，再做一次演练", s.drill.Missing)
	}
	if p.Dir != "" && sameDisk(p.Dir, k.c.Dir) {
		add("backup_same_disk", false, "备份和数据在同一块磁盘上，磁盘坏了会一起丢失，请定期把 %s 复制到别的机器", filepath.Base(p.Dir))
	}
	return out
}

func nonEmpty(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}
