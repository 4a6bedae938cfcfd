/** A class of small-ImageNet-127. */
export interface SuperClass {
  readonly wnid: string;
  readonly name: string;
  /** Its members among the 1000 classes, as Downsampled ImageNet counts them: from 1. */
  readonly members: readonly number[];
}

/**
 * The 127 classes in the order of `synset_words_up_down_127.txt` (github.com/minyoungg/wmigftl),
 * with each of the 1000 synsets put to its nearest WordNet 3.0 hypernym among them. The list by
 * which the authors mapped them, `imgname2folder.txt`, was never published with their code; six
 * synsets lie equally near to two classes (231, 246, 247, 560, 806, 980) and went to the first.
 */
export const imagenet127Classes: readonly SuperClass[] = parse(`
n07683786 loaf of bread: 806,873
n07707451 vegetable: 734-746
n03597469 jewelry: 755
n03664943 ligament: 827
n13134947 fruit: 229,318-332
n02954340 cap: 785,854,868
n01689411 anguid lizard: 469
n02606384 damselfish: 453
n09289709 globule: 992
n03961939 platform: 804
n03764276 military vehicle: 231,246-247,249-250
n12992868 fungus: 812,878,886,893,913,956,981
n03183080 device: 219,223,227-228,333-356,502-555,557-558,560-568,570-588,590-600
n01639765 frog: 499-501
n01909422 coelenterate: 647-649
n01698434 alligator: 476
n03405725 furniture: 296-313,315-317
n03278248 electronic equipment: 556,764,843,869-870,914,929,959,978,980,987
n04128837 sailing vessel: 221,241-242
n03964744 plaything: 569,786
n02856463 board: 729
n04317420 stick: 775,799,856,984,995
n03476083 hairpiece: 899
n04451818 tool: 369-382
n01685439 teiid lizard: 466
n02924116 bus: 882,920,962
n03513137 helmet: 778,784
n03990474 pot: 673-675
n07557434 dish: 771,830,844,885,900,948,993
n09820263 athlete: 954
n04100174 rod: 923
n07611358 frozen dessert: 968,974
n04571292 weight: 916,1000
n09287968 geological formation: 359-363,365-368
n03414162 game equipment: 222,314,756,791,807,841,846,876,908,936,963,970
n04194289 ship: 243-245,248
n04015204 protective garment: 773,845
n07829412 sauce: 953,999
n01495701 ray: 445-446
n07582609 dip: 813
n07800740 fodder: 816
n03446832 golf equipment: 276,792
n03528263 home appliance: 559,659-669
n06874019 light: 861
n03419014 garment: 748,757,770,794,796,802,817,825,833,836-837,853,855,872,880,918,935,937-938,
  940,945,961,966,977,985,998
n03825080 nightwear: 759
n07560652 fare: 803
n03472232 gymnastic apparatus: 767,924,994
n04185071 sharpener: 850
n01692864 lacertid lizard: 471
n04509592 uniform: 866
n11669921 flower: 357-358
n04264914 spacecraft: 234
n04285622 sports implement: 860
n02316707 echinoderm: 225,657-658
n03441112 glove: 871
n04235291 sled: 252-253
n03619396 kit: 891
n03678362 litter: 957
n04377057 system: 863,922,944
n02942699 camera: 857,965
n02605316 butterfly fish: 452
n01697178 crocodile: 475
n07612996 pudding: 793
n04099429 rocket: 251
n01767661 arthropod: 224,601-646
n15074962 tissue: 889
n03510583 heavier-than-air craft: 230
n01940736 mollusk: 226,652-656
n03035510 cistern: 927
n03906997 pen: 862,907,934
n04447443 toiletry: 808,810,867,883,894-895
n07891726 wine: 798
n07680932 bun: 768
n07579575 entree: 754
n01703569 ceratopsian: 474
n04341686 structure: 290,677-728,730-733
n07681926 cracker: 975
n01674990 gecko: 463
n02652668 plectognath: 455
n03880531 pan: 671-672
n07930554 punch: 823,859
n02642644 scorpaenid: 454
n03122748 covering: 220,747,751,760,763,769,774,776,779-781,787,797,800,809,814,832,835,839,852,
  865,897,902-904,910,912,915,919,926,933,949,967,971-973,976,979,988-990
n03540267 hosiery: 782,801,986
n03613592 key: 858
n01861778 mammal: 1-218
n01687665 agamid: 467-468
n04077734 rescue equipment: 942
n01726692 snake: 477-493
n03450516 gown: 790,896
n04125853 safety belt: 589
n03257586 duplicator: 789
n03837422 oar: 826
n03039947 cleaning implement: 828,851
n02807260 bath linen: 909
n01662784 turtle: 458-462
n01629276 salamander: 494-498
n03896233 passenger train: 887
n06595351 magazine: 930
n01922303 worm: 650-651
n03294833 eraser: 997
n01691951 venomous lizard: 470
n03309808 fabric: 750,815,821,877,941,969
n01503061 bird: 383-441
n06793231 sign: 932
n03101156 cooker: 670
n01482330 shark: 442-444
n02638596 ganoid: 456-457
n04500060 turner: 676
n10401829 participant: 848
n07882497 concoction: 864
n03666917 lighter-than-air craft: 232-233
n03236735 dress: 911
n07929519 coffee: 947
n10019552 diver: 982
n01676755 iguanid: 464-465
n03094503 container: 254-275,277-289,291-295,749,752-753,758,761-762,765-766,772,777,783,788,795,
  811,818-820,822,824,829,831,838,840,842,847,874-875,879,884,890,892,898,901,905-906,917,921,928,
  931,939,943,946,950-952,955,958,960,964,983,991,996
n03151500 cushion: 888
n02858304 boat: 235-240
n09214060 bar: 364
n03241093 drill rig: 834
n01693783 chameleon: 472
n03497657 hat: 805,849,881,925
n02512938 food fish: 447-448
n01694709 monitor: 473
n01428580 soft-finned fish: 449-451
`);

function parse(table: string): SuperClass[] {
  return table.trim().split(/\n(?=n)/).map((row) => {
    const [head, ranges] = row.split(": ") as [string, string]; // every row has a colon
    const members = ranges.split(/,\s*/).flatMap((range) => {
      const [from, to = from] = range.split("-").map(Number) as [number, number?];
      return Array.from({ length: to - from + 1 }, (_, i) => from + i);
    });
    return { wnid: head.slice(0, 9), name: head.slice(10), members };
  });
}
