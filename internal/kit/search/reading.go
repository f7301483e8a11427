package search

import "strings"

// surnameTable has the characters whose reading as a surname differs from the
// dictionary's first one or has a second; the likeliest comes first.
const surnameTable = " 柏=bai,bo 秘=bi 薄=bo 卜=bu 谌=chen,shen 种=chong 重=chong 都=du 费=fei,bi 盖=ge,gai 句=gou 黑=he,hei" +
	" 缪=miao 牟=mu,mou 佴=nai 能=nai 乜=nie 区=ou 朴=piao 繁=po 覃=qin,tan 仇=qiu 单=shan 召=shao 折=she" +
	" 隗=wei,kui 郗=xi,chi 洗=xian 解=xie 颉=xie 郇=xun,huan 乐=yue,le 员=yun,yuan 曾=zeng 查=zha 祭=zhai" +
	" 翟=zhai,di "

// compoundTable has the surnames whose two characters are read otherwise on
// their own.
const compoundTable = " 万俟=mo,qi 乐正=yue,zheng 单于=chan,yu 尉迟=yu,chi 澹台=tan,tai 长孙=zhang,sun "

// polyphoneTable has the characters with several readings in names and places,
// the likeliest in a name first.
const polyphoneTable = " 阿=a,e 柏=bai,bo 蚌=bang,beng 堡=bao,pu 薄=bo,bao 卜=bu,bo 参=can,shen 藏=cang,zang 查=cha,zha" +
	" 禅=chan,shan 长=chang,zhang 朝=chao,zhao 车=che,ju 谌=chen,shen 乘=cheng,sheng 重=chong,zhong" +
	" 仇=chou,qiu 传=chuan,zhuan 大=da,dai 单=dan,shan 地=di,de 都=du,dou 恶=e,wu 繁=fan,po 费=fei,bi" +
	" 佛=fo,fu 盖=gai,ge 咯=ge,luo 谷=gu,yu 貉=he,hao 黑=hei,he 珩=heng 鹄=hu,gu 还=huan,hai 会=hui,kuai" +
	" 𠮷=ji 祭=ji,zhai 贾=jia,gu 角=jiao,jue 解=jie,xie 炅=jiong,gui 句=ju,gou 咀=ju,zui 觉=jue,jiao" +
	" 浚=jun,xun 壳=ke,qiao 乐=le,yue 露=lu,lou 纶=lun,guan 落=luo,la 秘=mi,bi 宓=mi,fu 缪=miao,mou" +
	" 牟=mou,mu 娜=na,nuo 能=neng,nai 埔=pu,bu 朴=pu,piao 奇=qi,ji 茜=qian,xi 荨=qian,xun 铅=qian,yan" +
	" 强=qiang,jiang 覃=qin,tan 溱=qin,zhen 区=qu,ou 婼=ruo,chuo 沈=shen,chen 晟=sheng,cheng" +
	" 盛=sheng,cheng 省=sheng,xing 石=shi,dan 识=shi,zhi 率=shuai,lv 说=shuo,yue 弹=tan,dan 调=tiao,diao" +
	" 万=wan,mo 隗=wei,kui 尉=wei,yu 郗=xi,chi 洗=xi,xian 厦=xia,sha 降=xiang,jiang 莘=xin,shen" +
	" 行=xing,hang 圩=xu,wei 郇=xun,huan 殷=yin,yan 俞=yu,shu 员=yuan,yun 曾=zeng,ceng 翟=zhai,di" +
	" 召=zhao,shao 折=zhe,she 着=zhe,zhao 种=zhong,chong "

// lookup finds the readings of an entry in one of the tables, which are text
// because text cannot be changed by anyone.
func lookup(table, entry string) []string {
	_, rest, ok := strings.Cut(table, " "+entry+"=")
	if !ok {
		return nil
	}
	readings, _, _ := strings.Cut(rest, " ")
	return strings.Split(readings, ",")
}
